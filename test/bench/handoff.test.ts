import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULTS, parse, refusal } from './command-lines.ts'
import { rowsIn, start } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'handoff-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const handoff = (args: readonly string[], interrupt?: RegExp) =>
  start('main', ['handoff', ...args], interrupt && { signal: 'SIGINT', when: interrupt })

const rowsOf = (out: string) => rowsIn(join(out, 'handoff.csv'))

describe('the command handoff', () => {
  it('has options of its own', () => {
    expect(parse('handoff')).toEqual({ command: 'handoff', ...DEFAULTS, quick: false })
    expect(parse('handoff --threads 4,3 --quick --out here')).toEqual({
      command: 'handoff',
      ...DEFAULTS,
      threads: [4, 3],
      quick: true,
      out: 'here',
    })
    expect(refusal('handoff --threads 1')).toBe('--threads 1: expected a comma list of whole numbers from 2 to 256')
    expect(refusal('handoff --batch 3')).toBe('--batch has no meaning for handoff; see handoff --help')
  })

  it('measures every kind, verified, and writes a row for each', async () => {
    const out = join(folder, 'quick')
    const { code, stdout } = await handoff(['--quick', '--threads', '2,3', '--out', out])
    expect(code).toBe(0)
    const rows = rowsOf(out)
    const found = (kind: string, column: string) => rows.filter((row) => row.kind === kind).map((row) => row[column])
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
    const { code, stdout, stderr } = await handoff(['--out', out], /round-trip +spin /)
    // Windows has no signals: the child is ended there without being asked.
    if (process.platform === 'win32') return
    expect(stderr).toContain('interrupted; what was measured before is kept')
    expect(code).toBe(130)
    const methods = rowsOf(out).map(({ method }) => method)
    expect(methods.slice(0, 2)).toEqual(['spin-then-wait', 'spin'])
    expect(rowsOf(out).map(({ kind }) => kind)).not.toContain('start-up')
    // A row was written for each line, however late the signal came.
    expect(stdout.match(/^(round-trip|barrier|one-way|reduction|start-up) .*/gm)).toHaveLength(methods.length)
  })
})
