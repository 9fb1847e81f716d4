import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, hostname, platform, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { checkoutAt, currentLoad, describeMachine, type Machine } from '../../../src/measure/machine/machine.ts'

const machine = await describeMachine()
const MODULE = new URL('../../../src/measure/machine/machine.js', import.meta.url)

describe('the description of the machine', () => {
  it('holds the listed fields and no others', () => {
    expect(Object.keys(machine)).toEqual([
      'cpu',
      'physicalCores',
      'logicalCores',
      'allowedCores',
      'availableCores',
      'smt',
      'caches',
      'memoryBytes',
      'cgroupQuota',
      'affinity',
      'loadAverage',
      'operatingSystem',
      'node',
      'v8',
      'execArgv',
      'nodeOptions',
      'git',
    ])
  })

  it('survives JSON unchanged: what is unknown is null', () => {
    expect(JSON.parse(JSON.stringify(machine))).toEqual(machine)
    expect(JSON.stringify(machine)).not.toMatch(/undefined|NaN|""|:-1\b/)
  })

  it('says what runs the program', () => {
    expect(machine.node).toBe(process.version)
    expect(machine.v8).toBe(process.versions.v8)
    expect(machine.logicalCores).toBe(cpus().length)
    expect(machine.operatingSystem.platform).toBe(platform())
    expect(machine.memoryBytes).toBeGreaterThan(2 ** 20)
  })

  it('names neither the host nor the user', () => {
    const named: unknown[] = Object.values({ ...machine, ...machine.operatingSystem })
    expect(named).not.toContain(hostname())
    expect(named).not.toContain(userInfo().username)
  })

  it('lists the allowed cores on Linux', () => {
    if (platform() === 'linux') expect(machine.affinity).toMatch(/^\d+([-,]\d+)*$/)
    else expect(machine.affinity).toBeNull()
  })

  it('names the commit of the checkout that its source lies in, or none', () => {
    expect(machine.git?.commit ?? null).toBe(commitHere())
  })

  it('says nothing of a repository that the program only lies in, as an installed one does', async () => {
    const inside = fileURLToPath(new URL('.', import.meta.url))
    expect(await checkoutAt(inside).catch(() => null)).toBeNull()
  })

  it('names the flags of Node without their values, which may be paths', () => {
    const folder = mkdtempSync(join(tmpdir(), 'home -of somebody '))
    try {
      const file = join(folder, 'preload.cjs').replaceAll('\\', '/')
      writeFileSync(file, '')
      const script = `console.log(JSON.stringify(await (await import('${MODULE.href}')).describeMachine()))`
      const output = execFileSync(
        process.execPath,
        ['--require', file, `--import=${pathToFileURL(file).href}`, '--input-type=module', '--eval', script],
        {
          encoding: 'utf8',
          env: { ...process.env, NODE_OPTIONS: `--require "${file}" --max-old-space-size=300` },
        },
      )
      const { execArgv, nodeOptions } = JSON.parse(output) as Machine
      expect(execArgv).toEqual(['--require', '--import', '--input-type', '--eval'])
      expect(nodeOptions).toBe('--require --max-old-space-size')
      expect(output).not.toContain('somebody')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('the load', () => {
  it('is three averages, or unknown on Windows', () => {
    const load = currentLoad()
    if (platform() === 'win32') expect(load).toBeNull()
    else expect(load?.every((value) => value >= 0)).toBe(true)
  })
})

function commitHere(): string | null {
  const cwd = fileURLToPath(new URL('.', import.meta.url))
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd, encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return null
  }
}
