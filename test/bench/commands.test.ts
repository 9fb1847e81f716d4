import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rowsIn, start } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'commands-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Of the default model after three epochs in f32 arithmetic, in the order of samples that versions without repeats had. */
const FIRST_WEIGHTS = 'b8616e0f46e79564b3c263c6f45ac6e551d966e99a77ca975ff7e59de9267b9e'

const bench = (...args: readonly string[]) => start('main', args)

describe('the command train', () => {
  it('trains to the same weights in all exact modes, and writes every epoch', async () => {
    const out = join(folder, 'train')
    const line = 'train --modes all --threads 2 --epochs 3 --repeats 2 --kernel simd --out'
    const { code, stdout } = await bench(...line.split(' '), out)
    expect(code).toBe(0)
    const rows = rowsIn(join(out, 'training.csv')).filter((row) => row.epoch === '3')
    for (const row of rows) expect(Number(row.held_out_accuracy)).toBeGreaterThan(0.95)
    const ends = ['0', '1'].map((repeat) => {
      const own = rows.filter((row) => row.repeat === repeat)
      expect(own.map((row) => row.mode)).toEqual(['serial', 'data', 'layer', 'pipeline', 'pipeline', 'tensor'])
      const exact = own.filter((row) => row.mode !== 'data')
      expect(new Set(exact.map((row) => `${row.weights_sha256} ${row.held_out_accuracy} ${row.loss}`)).size).toBe(1)
      return exact[0].weights_sha256
    })
    expect(ends[0]).toBe(FIRST_WEIGHTS)
    expect(ends[1]).not.toBe(ends[0])
    const widest = Math.max(...stdout.split('\n').map((row) => (row.startsWith(out) ? 0 : row.length)))
    expect(widest).toBeLessThanOrEqual(80)
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
    const { limits, warnings } = JSON.parse(readFileSync(join(out, 'machine.json'), 'utf8'))
    expect(warnings).toBeInstanceOf(Array)
    expect(limits.simd[0]).toMatchObject({ threads: 1 })
    expect(limits.simd[0].peakGflops).toBeGreaterThan(0)
  })
})
