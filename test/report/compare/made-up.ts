import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll } from 'vitest'
import { appendRows } from '../../../src/report/folder/csv.ts'
import { namesOf } from '../../../src/cells/columns.ts'
import { SUMMARY_COLUMNS } from '../../../src/report/rows/summary.ts'
import { BLOCKS_COLUMNS } from '../../../src/report/rows/visits.ts'
import { LAWS_COLUMNS } from '../../../src/report/rows/laws.ts'
import { compareRuns, type Comparison } from '../../../src/report/compare/compare.ts'
import { readRun } from '../../../src/report/compare/run.ts'
import { byName } from '../by-name.ts'

/** A cell of a made-up run: the median step of each block, and fields that are not as usual. */
export interface MadeUpCell {
  readonly cell: string
  readonly blocks: readonly number[]
  readonly fields?: Readonly<Record<string, string | number | undefined>> | undefined
}

export interface MadeUp {
  readonly machine?: object
  readonly laws?: readonly Readonly<Record<string, string | number>>[]
  /** Columns that the version that wrote the run did not know. */
  readonly without?: readonly string[]
}

const USUAL = {
  experiment: 'scaling',
  mode: 'serial',
  threads: 1,
  layers: '8-4-2',
  batch: 64,
  microbatches: 1,
  kernel: 'fma',
  arithmetic: 'fma',
  activation: 'relu',
  loss: 'cross-entropy',
  optimizer: 'sgd',
  learning_rate: 0.1,
  dataset: 'synthetic',
  seed: 1,
  pin: 'false',
  weights_sha256: 'a'.repeat(64),
  match: 'exact',
  status: 'ok',
}

/** Serial twice, so that the run knows its noise: the second one is slower by 1 % in each block. */
export const serials = (blocks: readonly number[], fields: MadeUpCell['fields'] = {}): MadeUpCell[] => [
  { cell: 'serial-1', blocks, fields },
  { cell: 'serial-again-1', blocks: blocks.map((ns) => 1.01 * ns), fields },
]

/** Writes the folder of a run, as far as a comparison reads it. */
export function makeRun(
  path: string,
  cells: readonly MadeUpCell[],
  { machine, laws, without = [] }: MadeUp = {},
): string {
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'machine.json'), JSON.stringify(machine ?? { cpu: 'made up', node: 'v20.0.0' }))
  const rows = cells.map(({ cell, blocks, fields }) => ({
    row: { run_id: basename(path), ...USUAL, cell, ...fields } as Record<string, string | number | undefined>,
    blocks,
  }))
  const columns = namesOf(SUMMARY_COLUMNS).filter((name) => !without.includes(name))
  appendRows(
    join(path, 'summary.csv'),
    byName(columns),
    rows.map(({ row }) => row),
  )
  appendRows(
    join(path, 'blocks.csv'),
    byName(namesOf(BLOCKS_COLUMNS)),
    rows.flatMap(({ row, blocks }) => blocks.map((median, block) => ({ ...row, block, median_ns: median }))),
  )
  if (laws) appendRows(join(path, 'laws.csv'), byName(namesOf(LAWS_COLUMNS)), laws)
  return path
}

/** The comparison of made-up runs, which are called A, B, C, … */
export const comparisonOf = (paths: readonly string[], limit?: number): Comparison =>
  compareRuns(
    paths.map((path, i) => readRun(path, 'ABC'[i])),
    limit,
  )

export const BLOCKS = [100e3, 101e3, 102e3, 103e3, 104e3]
export const times = (factor: number) => BLOCKS.map((ns) => factor * ns)

export const split = (blocks: readonly number[], speedup: number, fields = {}): MadeUpCell => ({
  cell: 'tensor-2',
  blocks,
  fields: {
    mode: 'tensor',
    threads: 2,
    speedup,
    speedup_ci_low: speedup - 0.1,
    speedup_ci_high: speedup + 0.1,
    ...fields,
  },
})

/** Returns a function that writes made-up runs into a temporary folder, which is removed after the tests of the file. */
export function openRuns(prefix: string) {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let made = 0
  return (cells: readonly MadeUpCell[], more = {}) => makeRun(join(folder, `run-${made++}`), cells, more)
}
