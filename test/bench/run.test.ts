import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rowsIn, start, visited } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'run-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bench = (...args: readonly string[]) => start('main', args)

/** A run small enough to be over in a second or two. */
const SMALL = ['--layers', '30-20-20-20-5', '--batch', '24', '--blocks', '2', '--steps', '3']

/** Plans that combine no gradients come to one and the same weights, the others to their neighbourhood. */
function expectExactOrClose(rows: readonly Record<string, string>[]): void {
  for (const { cell, dp, reduction, match } of rows) {
    expect(match, cell).toBe(Number(dp) === 1 || reduction === 'owner' ? 'exact' : 'close')
  }
  const exact = rows.filter(({ match }) => match === 'exact')
  expect(new Set(exact.map((row) => row.weights_sha256)).size).toBe(1)
}

describe('a run', () => {
  it('runs every mode on more threads than cores, with uneven stages, shares and microbatches', async () => {
    const out = join(folder, 'uneven')
    const uneven = ['--layers', '784-300-200-100-10', '--batch', '90', '--microbatches', '7', '--threads', '3']
    const { code } = await bench(...uneven, '--blocks', '1', '--steps', '1', '--out', out)
    expect(code).toBe(0)
    const rows = rowsIn(join(out, 'summary.csv'))
    expect(rows.map((row) => [row.cell, row.match])).toEqual([
      ['serial-1', 'exact'],
      ['data-direct-3', 'close'],
      ['data-owner-3', 'exact'],
      ['layer-3', 'exact'],
      ['pipeline-gpipe-3', 'exact'],
      ['pipeline-1f1b-3', 'exact'],
      ['pipeline-zero-bubble-3', 'exact'],
      ['tensor-3', 'exact'],
      ['serial-again-1', 'exact'],
    ])
    const hashes = rows.filter((row) => row.match === 'exact').map((row) => row.weights_sha256)
    expect(new Set(hashes).size).toBe(1)
  })

  it('runs all grids, reductions and schedules of 4 threads, and every exact one comes to one hash', async () => {
    const out = join(folder, 'grids')
    const wide = ['--layers', '30-64-50-50-50-8', '--batch', '32', '--microbatches', '4']
    const all = ['--modes', 'all', '--grid', 'all', '--threads', '4']
    const { code } = await bench(...wide, ...all, '--blocks', '1', '--steps', '1', '--out', out)
    expect(code).toBe(0)
    const rows = rowsIn(join(out, 'summary.csv'))
    const grids = rows.filter(({ mode }) => mode === 'hybrid').map(({ dp, pp, tp }) => `${dp}x${pp}x${tp}`)
    expect(new Set(grids)).toEqual(new Set(['1x1x4', '1x2x2', '1x4x1', '2x1x2', '2x2x1', '4x1x1']))
    expectExactOrClose(rows)
    const owners = new Set(rowsIn(join(out, 'memory.csv')).map(({ cell }) => cell))
    const cells = rows.map(({ cell }) => cell).filter((cell) => cell !== 'serial-again-1')
    expect([...owners].toSorted()).toEqual(cells.toSorted())
  })

  it('runs every dispatch, handoff and wait, and none changes what is computed', async () => {
    const out = join(folder, 'primitives')
    const modes = ['--modes', 'serial,data,layer,pipeline', '--schedule', '1f1b', '--reduction', 'tree,owner']
    const all = ['--dispatch', 'all', '--handoff', 'all', '--wait', 'all', '--threads', '2']
    const { code } = await bench(...SMALL, ...modes, ...all, '--blocks', '1', '--steps', '1', '--out', out)
    expect(code).toBe(0)
    const rows = rowsIn(join(out, 'summary.csv'))
    const choices = (column: string) => new Set(rows.map((row) => row[column]))
    expect(choices('dispatch')).toEqual(new Set(['resident', 'task']))
    expect(choices('handoff')).toEqual(new Set(['shared', 'transfer', 'clone']))
    expect(choices('wait')).toEqual(new Set(['spin-then-wait', 'spin', 'wait']))
    expectExactOrClose(rows)
  })

  it('shows plans without running them, and runs a schedule that it has written', async () => {
    const { code, stdout } = await bench(...'plan --threads 3 --schedule zero-bubble,1f1b --microbatches 4'.split(' '))
    expect(code).toBe(0)
    for (const name of ['pipeline-zero-bubble-3', 'pipeline-1f1b-3']) {
      expect(stdout).toMatch(new RegExp(`^${name}: \\d+\\.\\d % idle if handoffs were free$`, 'm'))
    }
    expect(stdout.match(/^rank \d [A-Z].*|^rank \d ·.*/gm)).toHaveLength(6)
    const file = join(folder, 'written.csv')
    const [, table] = /as a schedule file:\n((?:\d[FIWB].*\n){3})/.exec(stdout)!
    writeFileSync(file, table)
    const out = join(folder, 'scheduled')
    const run = ['--schedule-file', file, '--steps', '1', '--blocks', '1', '--out', out]
    expect((await bench('--layers', '30-20-20-20-5', '--batch', '24', ...run)).code).toBe(0)
    const rows = rowsIn(join(out, 'summary.csv'))
    expect(rows.map(({ cell, schedule, match }) => [cell, schedule, match])).toContainEqual([
      'pipeline-file-3',
      'file',
      'exact',
    ])
    expectExactOrClose(rows)
  })

  it('ends on Ctrl-C with code 130, and keeps what was measured', async () => {
    const out = join(folder, 'interrupted')
    const { code, stderr } = await start('main', [...SMALL, '--blocks', '5000', '--out', out], {
      signal: 'SIGINT',
      when: visited(out, 5),
    })
    // Windows has no signals: the child is ended there without being asked.
    if (process.platform === 'win32') return
    expect(stderr).toContain('interrupted; what was measured before is kept')
    expect(code).toBe(130)
    expect(rowsIn(join(out, 'samples.csv')).length).toBeGreaterThanOrEqual(5 * 5)
    expect(rowsIn(join(out, 'summary.csv')).length).toBeGreaterThan(0)
  })

  it('gives the same weights with every kernel of the same arithmetic, at any number of threads', async () => {
    const hashes = new Map<string, Set<string>>()
    const few = ['--schedule', '1f1b', '--reduction', 'owner']
    for (const kernel of ['js', 'simd', 'fma', 'fma256']) {
      const out = join(folder, kernel)
      const { code, stderr } = await bench(...SMALL, ...few, '--blocks', '1', '--kernel', kernel, '--out', out)
      if (code === 2) {
        expect(stderr).toMatch(/^error: --kernel \w+: it needs/)
        continue
      }
      expect(code).toBe(0)
      for (const row of rowsIn(join(out, 'summary.csv')).filter(({ match }) => match === 'exact')) {
        hashes.set(row.arithmetic, (hashes.get(row.arithmetic) ?? new Set()).add(row.weights_sha256))
      }
    }
    for (const [arithmetic, found] of hashes) expect(found.size, arithmetic).toBe(1)
    expect([...hashes.keys()]).toContain('f32')
  })
})
