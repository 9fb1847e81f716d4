import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { programName, refuseSwallowedFlags, swallowedFlags } from '../../../bench/options/npm.ts'
import { UserError } from '../../../src/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'npm-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const scripts = { bench: 'node print.cjs' }
writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'probe', version: '1.0.0', scripts }))
writeFileSync(join(folder, 'print.cjs'), 'console.log(JSON.stringify(process.env))')

/** The environment that npm gives to a program. */
function environmentOf(command: string): Record<string, string> {
  const { stdout } = spawnSync(`npm --silent ${command}`, { cwd: folder, shell: true, encoding: 'utf8' })
  return JSON.parse(stdout) as Record<string, string>
}

const FLAGS = ['--quick', '--threads', '--no-overlap', '--learning-rate', '--dry-run', '--depth']

describe('swallowedFlags', () => {
  it('finds what npm has taken for itself, as it was given', () => {
    const environment = environmentOf('run bench --quick --threads=1,2 --no-overlap --learning-rate=0.1 --dry-run')
    expect(swallowedFlags(environment, FLAGS)).toEqual([
      '--quick',
      '--threads=1,2',
      '--no-overlap',
      '--learning-rate=0.1',
      '--dry-run',
    ])
  })

  it('finds nothing behind --, nor in what npm sets of its own', () => {
    const environment = environmentOf('run bench -- --quick --no-overlap')
    expect(swallowedFlags(environment, FLAGS)).toEqual([])
  })

  it('leaves alone the settings that a .npmrc may hold', () => {
    expect(swallowedFlags({ npm_config_depth: '2', npm_config_json: 'true' }, ['--depth', '--json'])).toEqual([])
  })
})

describe('refuseSwallowedFlags', () => {
  it('says in one line how the flags reach the program', () => {
    expect(() => refuseSwallowedFlags({ npm_config_quick: 'true' }, FLAGS)).toThrow(
      new UserError(
        'npm took --quick for itself: write npm run bench -- --quick, ' +
          "in PowerShell npm run bench '--' --quick, or npx thread-split --quick",
      ),
    )
  })

  it('is content without swallowed flags', () => {
    expect(() => refuseSwallowedFlags({ npm_config_user_agent: 'npm' }, FLAGS)).not.toThrow()
  })
})

describe('programName', () => {
  it('is npm run bench -- under that script, and the bin elsewhere', () => {
    expect(programName(environmentOf('run bench'))).toBe('npm run bench --')
    expect(programName({ npm_lifecycle_event: 'npx' })).toBe('thread-split')
    expect(programName({})).toBe('thread-split')
  })
})
