import { basename } from 'node:path'
import { isAgain } from '../../cells/cell.ts'
import { noiseFloor, type Timed } from '../../measure/noise.ts'
import { cellKey, numberIn, parseRows, type CsvRow } from '../folder/read-csv.ts'
import { openRun } from '../folder/run-reader.ts'

/** What a run has to say of one of its cells. */
export interface RunRow {
  readonly experiment: string
  readonly cell: string
  /** Its row of summary.csv. */
  readonly fields: CsvRow
  /** The median step of each block, from blocks.csv; none if it was not timed. */
  readonly blocks: readonly Timed[]
  /** What the two serials of its group differ by, as a share; undefined if there are not two. */
  readonly floor: number | undefined
  /** The weights of its group's serial; empty if there is none. */
  readonly serialSha256: string
}

/** A run that is compared with others, as its folder holds it. */
export interface ComparedRun {
  /** A, B, C, …: what tables call it. */
  readonly letter: string
  readonly id: string
  readonly path: string
  /** All of machine.json. */
  readonly machine: unknown
  /** In the order of summary.csv, without the second serial. */
  readonly rows: readonly RunRow[]
  /** The rows of laws.csv; undefined if the run has none. */
  readonly laws: readonly CsvRow[] | undefined
}

/** The bootstrap of a comparison always draws the same samples. */
export const SEED = 1

/**
 * Reads what a comparison needs of a run.
 *
 * @throws FolderError if the folder is not that of a run, or one of its files cannot be read
 */
export function readRun(folder: string, letter: string): ComparedRun {
  const run = openRun(folder)
  const machine = run.need('machine.json', (text): unknown => JSON.parse(text))
  const summary = run.need('summary.csv', parseRows)
  const blocks = run.need('blocks.csv', blockMedians)
  return {
    letter,
    id: summary[0]?.run_id ?? basename(run.path),
    path: run.path,
    machine,
    rows: groupsOf(summary).flatMap((group) => rowsOfGroup(group, blocks)),
    laws: run.read('laws.csv', parseRows),
  }
}

/** Cells of one experiment, model and batch: what is measured against one serial. */
function groupsOf(summary: readonly CsvRow[]): CsvRow[][] {
  const groups = new Map<string, CsvRow[]>()
  for (const row of summary) {
    entry(groups, [row.experiment, row.layers, row.batch].join('\t'), () => []).push(row)
  }
  return [...groups.values()]
}

function rowsOfGroup(group: readonly CsvRow[], blocks: ReadonlyMap<string, Timed[]>): RunRow[] {
  const blocksOf = (row: CsvRow | undefined) => (row && blocks.get(cellKey(row))) ?? []
  const serial = group.find((row) => row.mode === 'serial' && !isAgain(row.cell))
  const floor = noiseFloor(blocksOf(serial), blocksOf(group.find(({ cell }) => isAgain(cell))), SEED)
  return group
    .filter((row) => !isAgain(row.cell))
    .map((row) => ({
      experiment: row.experiment ?? '',
      cell: row.cell ?? '',
      fields: row,
      blocks: blocksOf(row),
      floor,
      serialSha256: serial?.weights_sha256 ?? '',
    }))
}

/** The medians of each cell's blocks. */
function blockMedians(text: string): Map<string, Timed[]> {
  const cells = new Map<string, Timed[]>()
  for (const row of parseRows(text)) {
    const [block, ns] = [numberIn(row, 'block'), numberIn(row, 'median_ns')]
    if (block === undefined || ns === undefined || !(ns > 0)) throw new Error('a block has no time')
    entry(cells, cellKey(row), () => []).push({ block, stepNs: [ns], warmUp: 0 })
  }
  return cells
}

/** The value of a key, made when it is first asked for. */
function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make()
  map.set(key, found)
  return found
}
