import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { groupBy } from '../../src/measure/statistics.ts'
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
  const layersOfAPart = of('model').map(({ layers, value }) => (layers.split('-').length - 1) / Number(value))
  expect(new Set(layersOfAPart)).toEqual(new Set([8]))
  expect(text).toMatch(/relative to one part: 2: \S+ \[\S+ \S+\], 4: /)
  expect(text).toMatch(/A model that grows with its parts: time = .* for each part/)
})
