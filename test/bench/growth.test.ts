import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { groupBy } from '../../src/measure/statistics.ts'
import { growth } from '../../bench/growth.ts'
import type { RunOptions } from '../../bench/run/experiment.ts'
import { openData } from '../../bench/run/data.ts'
import { actionOf } from './command-lines.ts'
import { rowsIn, start } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'growth-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('growth runs every mode over three counts, one model in more parts, and a model that grows with them', async () => {
  const out = join(folder, 'tiny')
  const tiny = ['--layers', '12-16-16-16-16-16-16-16-4', '--batch', '8', '--microbatches', '2']
  const { code, stdout, stderr } = await start('main', ['growth', ...tiny, '--quick', '--out', out])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const text = stdout.replaceAll(/\s+/g, ' ')
  expect(text).not.toMatch(/NaN|Infinity|undefined/)

  const rows = rowsIn(join(out, 'growth.csv'))
  const of = (variable: string) => rows.filter((row) => row.variable === variable)
  const modes = groupBy(of('batches'), ({ mode }) => mode)
  expect(new Set(modes.keys())).toEqual(new Set(['serial', 'data', 'layer', 'pipeline']))
  for (const [mode, own] of modes) {
    const counts = new Set(own.map(({ value }) => Number(value)))
    expect(counts.size, mode).toBe(3)
    expect(own, mode).toHaveLength(3 * 2)
    expect(text).toMatch(
      new RegExp(`${own[0].cell}: time = .*?: (linear|not linear|not known, since [^.]*0.95 to 1.05)\\.`),
    )
    // A busy machine may need smaller counts, and then says so.
    if (!counts.has(1000)) expect(text).toContain('1000 batches would take more than')
  }
  for (const variable of ['parts', 'model']) {
    expect(of(variable).map(({ value, block }) => `${block}:${value}`)).toEqual(
      [0, 1].flatMap((block) => [1, 2, 4, 8].map((parts) => `${block}:${parts}`)),
    )
    for (const { mode, threads, value } of of(variable)) expect([mode, threads]).toEqual(['layer', value])
  }
  // A narrow layer stands before the parts.
  for (const { layers, value } of of('model')) {
    expect(layers).toBe(['1', ...Array<string>(8 * Number(value) + 1).fill('16')].join('-'))
  }
  expect(text).toMatch(/relative to one part: 2: \S+ \[\S+ \S+\], 4: /)
  expect(text).toMatch(/A model that grows with its parts: time = .* for each part/)
})

/** What growth leaves out on a machine with so many cores. */
const skippedBy = (cores: number, ...words: readonly string[]) => {
  const options = actionOf(['growth', ...words]).options as RunOptions
  return growth.build(options, openData(options), cores).skipped.map(({ what, reason }) => `${what}: ${reason}`)
}

describe('growth', () => {
  it('has all modes on many cores, where the layers are fewer', () => {
    expect(skippedBy(64)).toEqual([])
    expect(skippedBy(1, '--layers', '12-16-4')).toEqual([])
  })

  it('says that a model that grows does not fit the data of a file', () => {
    const file = join(folder, 'points.csv')
    writeFileSync(file, Array.from({ length: 64 }, (_, row) => `${row},${row % 7},${row % 2}`).join('\n'))
    expect(skippedBy(2, '--dataset', file, '--layers', '2-16-16-2', '--batch', '8')).toEqual([
      'a model that grows with its parts: only synthetic data fits its layers',
    ])
  })
})
