import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { appendRows } from '../../../src/report/folder/csv.ts'
import { BLOCKS_COLUMNS, SUMMARY_COLUMNS } from '../../../src/report/rows/files.ts'
import { compareRuns, type Comparison } from '../../../src/report/compare/compare.ts'
import { readRun } from '../../../src/report/compare/run.ts'

/** A cell of a made-up run: the median step of each block, and fields that are not as usual. */
export interface MadeUpCell {
  readonly cell: string
  readonly blocks: readonly number[]
  readonly fields?: Readonly<Record<string, string | number | undefined>> | undefined
}

export interface MadeUp {
  readonly machine?: object
  readonly laws?: readonly Readonly<Record<string, string | number>>[]
}

export const LAWS_COLUMNS = ['run_id', 'experiment', 'series', 'law', 'parameter', 'value', 'ci_low', 'ci_high', 'points', 'largest_error', 'status', 'reason'] // prettier-ignore

const USUAL = {
  experiment: 'scaling',
  mode: 'serial',
  threads: 1,
  layers: '8-4-2',
  batch: 64,
  microbatches: 1,
  kernel: 'fma',
  arithmetic: 'fma',
  optimizer: 'sgd',
  seed: 1,
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
export function makeRun(path: string, cells: readonly MadeUpCell[], { machine, laws }: MadeUp = {}): string {
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'machine.json'), JSON.stringify(machine ?? { cpu: 'made up', node: 'v20.0.0' }))
  const rows = cells.map(({ cell, blocks, fields }) => ({
    row: { run_id: basename(path), ...USUAL, cell, ...fields } as Record<string, string | number | undefined>,
    blocks,
  }))
  appendRows(
    join(path, 'summary.csv'),
    SUMMARY_COLUMNS,
    rows.map(({ row }) => whole(SUMMARY_COLUMNS, row)),
  )
  appendRows(
    join(path, 'blocks.csv'),
    BLOCKS_COLUMNS,
    rows.flatMap(({ row, blocks }) =>
      blocks.map((median, block) => whole(BLOCKS_COLUMNS, { ...row, block, median_ns: median })),
    ),
  )
  if (laws) {
    appendRows(
      join(path, 'laws.csv'),
      LAWS_COLUMNS,
      laws.map((law) => whole(LAWS_COLUMNS, law)),
    )
  }
  return path
}

/** A row with every column, those that it does not have empty. */
const whole = (columns: readonly string[], row: object) => ({
  ...Object.fromEntries(columns.map((column) => [column, undefined])),
  ...row,
})

/** The comparison of made-up runs, which are called A, B, C, … */
export const comparisonOf = (paths: readonly string[]): Comparison =>
  compareRuns(paths.map((path, i) => readRun(path, 'ABC'[i])))
