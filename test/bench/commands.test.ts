import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rowsIn, start } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'commands-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bench = (...args: readonly string[]) => start('main', args)

describe('the command train', () => {
  it('trains to the same weights in all exact modes, and writes every epoch', async () => {
    const out = join(folder, 'train')
    const { code } = await bench(...'train --modes all --threads 2 --epochs 3 --out'.split(' '), out)
    expect(code).toBe(0)
    const rows = rowsIn(join(out, 'training.csv')).filter((row) => row.epoch === '3')
    expect(rows.map((row) => row.mode)).toEqual(['serial', 'data', 'layer', 'pipeline', 'pipeline', 'tensor'])
    const exact = rows.filter((row) => row.mode !== 'data')
    expect(new Set(exact.map((row) => `${row.weights_sha256} ${row.held_out_accuracy} ${row.loss}`)).size).toBe(1)
    for (const row of rows) expect(Number(row.held_out_accuracy)).toBeGreaterThan(0.95)
  })
})

describe('the command kernels', () => {
  it('measures a kernel’s products and steps beside what the machine can do', async () => {
    const out = join(folder, 'kernels')
    const { code } = await bench('kernels', '--kernel', 'simd', '--quick', '--out', out)
    expect(code).toBe(0)
    const products = rowsIn(join(out, 'kernels.csv'))
    expect(new Set(products.map((row) => row.form))).toEqual(new Set(['forward', 'input', 'weight']))
    for (const { match, gflops } of products) {
      expect(match).toBe('exact')
      expect(Number(gflops)).toBeGreaterThan(0)
    }
    expect(rowsIn(join(out, 'steps.csv')).map((row) => row.model)).toEqual(['A32', 'A128', 'B', 'C', 'D', 'E'])
    const { limits } = JSON.parse(readFileSync(join(out, 'machine.json'), 'utf8'))
    expect(limits.simd[0]).toMatchObject({ threads: 1 })
    expect(limits.simd[0].peakGflops).toBeGreaterThan(0)
  })
})
