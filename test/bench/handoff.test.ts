import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../bench/options.ts'
import { rowsIn, start } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'handoff-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const handoff = (args: readonly string[], interrupt?: RegExp) =>
  start('main', ['handoff', ...args], interrupt && { signal: 'SIGINT', when: interrupt })

const parseLine = (line: string) => parseCommandLine(line.split(' '), { cores: 2 })

const rowsOf = (out: string) => rowsIn(join(out, 'handoff.csv'))

describe('the command handoff', () => {
  it('has options of its own', () => {
    expect(parseLine('handoff')).toEqual({ command: 'handoff', quick: false })
    expect(parseLine('handoff --threads 4,3 --quick --out here')).toEqual({
      command: 'handoff',
      threads: [4, 3],
      quick: true,
      out: 'here',
    })
    expect(() => parseLine('handoff --threads 1')).toThrow(
      '--threads 1: expected a comma list of whole numbers from 2 to 256',
    )
    expect(() => parseLine('handoff --batch 3')).toThrow("unknown option '--batch'")
  })

  it('measures every kind, verified, and writes a row for each', async () => {
    const out = join(folder, 'quick')
    const { code, stdout } = await handoff(['--quick', '--threads', '2,3', '--out', out])
    expect(code).toBe(0)
    const rows = rowsOf(out)
    const found = (kind: string, column: string) =>
      rows.filter((row) => row.kind === kind).map((row) => row[column])
    expect(found('round-trip', 'method')).toEqual([
      'spin-then-wait',
      'spin',
      'wait',
      'MessagePort',
      'Piscina task, sync',
      'Piscina task, async',
      'Piscina task, disabled',
    ])
    expect(found('barrier', 'threads')).toEqual(['2', '3'])
    expect(new Set(found('one-way', 'method'))).toEqual(new Set(['shared', 'transfer', 'clone', 'copy']))
    expect(new Set(found('one-way', 'bytes'))).toEqual(new Set(['4', '4096', '1048576']))
    expect(found('start-up', 'method')).toEqual(['Worker', 'Piscina', 'Piscina', 'Piscina'])
    for (const row of rows) {
      expect(row).toMatchObject({ run_id: 'quick', wrong: '0' })
      expect(Number(row.tries)).toBeGreaterThan(0)
      expect(Number(row.median_ns)).toBeGreaterThan(0)
      expect(['ok', 'oversubscribed']).toContain(row.status)
    }
    expect(stdout).toContain(join(out, 'handoff.csv'))
  })

  it('ends on Ctrl-C with code 130, and keeps the rows that it has', async () => {
    const out = join(folder, 'interrupted')
    const { code, stderr } = await handoff(['--out', out], /round-trip +spin /)
    // Windows has no signals: the child is ended there without being asked.
    if (process.platform === 'win32') return
    expect(stderr).toContain('interrupted; what was measured before is kept')
    expect(code).toBe(130)
    expect(rowsOf(out).map(({ method }) => method)).toEqual(['spin-then-wait', 'spin'])
  })
})
