import { afterEach, describe, expect, it, vi } from 'vitest'
import { COMMANDS } from '../../bench/commands.ts'
import { parse } from './command-lines.ts'

describe('--help', () => {
  afterEach(() => vi.restoreAllMocks())

  it('prints the options of the measurement and all commands, with examples, and exits with 0', () => {
    const { text, exitCode } = help('--help')
    expect(exitCode).toBe(0)
    for (const part of ['npm run bench -- [options]', '--modes <list>', '--dry-run', 'Commands:', 'Examples:'])
      expect(text).toContain(part)
    for (const { name, summary } of COMMANDS) expect(text).toContain(`  ${name.padEnd(10)} ${summary}`)
  })

  it.each(COMMANDS.slice(1).map((command) => [command.name, command] as const))(
    'after %s prints its options, its examples, and no list of commands',
    (name, { options, examples, summary }) => {
      const { text, exitCode } = help(`${name} --help`)
      expect(exitCode).toBe(0)
      expect(text).toContain(summary)
      for (const { flags } of Object.values(options)) expect(text).toContain(`  ${flags}  `)
      for (const example of examples) expect(text).toContain(`  npm run bench -- ${example}`)
      expect(text).not.toContain('Commands:')
    },
  )

  it('after train prints the options of train', () => {
    const { text, exitCode } = help('train --help')
    expect(exitCode).toBe(0)
    for (const part of ['npm run bench -- train', '--held-out', 'Examples:']) expect(text).toContain(part)
    expect(text).not.toContain('--dry-run')
  })
})

/** What a line that asks for help prints, and the exit code. */
function help(line: string): { text: string; exitCode: unknown } {
  let text = ''
  let exitCode: unknown
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk)
    return true
  })
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    exitCode = code
    throw new Error('exit')
  })
  expect(() => parse(line)).toThrow('exit')
  return { text, exitCode }
}
