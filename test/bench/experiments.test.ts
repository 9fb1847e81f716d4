import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { rowsIn, start } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'experiments-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Every experiment, so small that it is over in seconds. */
const TINY =
  'all --quick --layers 30-20-20-20-5 --batch 8 --threads 2 --schedule gpipe --reduction owner --blocks 1 --steps 1'

it('all runs every experiment into one folder, and claims nothing from one block', async () => {
  const { code, stdout, stderr } = await start('main', [...TINY.split(' '), '--out', folder])
  expect(stderr).not.toContain('    at ')
  const rows = rowsIn(join(folder, 'summary.csv'))
  expect(code).toBe(0)
  expect(new Set(rows.map(({ experiment }) => experiment))).toEqual(new Set(['scaling', 'weak', 'bubble', 'combine']))
  for (const { cell, differs, speedup_ci_low } of rows) expect([differs, speedup_ci_low], cell).toEqual(['', ''])
  expect(rowsIn(join(folder, 'growth.csv')).length).toBeGreaterThan(0)

  const text = stdout.replaceAll(/\s+/g, ' ')
  expect(text).toContain('With 2 × 8 samples, times as fast as one thread with as many samples: ')
  expect(text).not.toMatch(/samples: data-owner-2 \d/)
  expect(text).toMatch(/memory .* One thread needs 0\.\d\d MiB/)
  expect(text.match(/width \d+, batch \d+: \w+ known/g)).toEqual([
    'width 64, batch 32: not known',
    'width 64, batch 256: not known',
    'width 512, batch 32: not known',
    'width 512, batch 256: not known',
  ])
  expect(text).not.toMatch(/is fastest| wins/)
  expect(text).toContain('a look: 1 session')
})
