import { groupBy } from '../../measure/statistics.ts'
import { basename } from 'node:path'
import { isAgain } from '../../cells/cell.ts'
import type { PeakTogether } from '../../measure/alone.ts'
import type { Machine } from '../../measure/machine/machine.ts'
import { noiseOf, type Timed } from '../../measure/noise.ts'
import type { Interval } from '../../measure/statistics.ts'
import { cellKey, numberIn, parseLines, parseRows, type CsvRow } from '../folder/read-csv.ts'
import { openRun } from '../folder/run-reader.ts'
import { stepNs } from './ratio.ts'

/** A cell of a run. */
export interface RunRow {
  /** Its row of summary.csv. */
  readonly fields: CsvRow
  /** The median step of each block, from blocks.csv; empty if it was not timed. */
  readonly blocks: readonly Timed[]
  /** Undefined without a valid result. */
  readonly stepNs: number | undefined
  /** By how much the two serials of its group differ, as a share; undefined if there are not two. */
  readonly noise: number | undefined
  /** The weights of its group's serial; empty if there is none. */
  readonly serialSha256: string
}

/** machine.json; older versions lack some fields. */
type MachineFile = Partial<
  Machine &
    Record<'loadBefore' | 'loadAfter', Machine['loadAverage']> & {
      readonly limits: Readonly<Record<string, readonly PeakTogether[]>>
      readonly warnings: readonly string[]
    }
>

export interface ComparedRun {
  /** A, B, C, … in tables and sentences. */
  readonly letter: string
  readonly id: string
  /** As the user wrote it. */
  readonly folder: string
  readonly machine: MachineFile
  /** In the order of summary.csv, without the second serial. */
  readonly rows: readonly RunRow[]
  /** The rows of laws.csv; empty if the run has none. */
  readonly laws: readonly CsvRow[]
}

/** Rows with another status are errors, and their times are no results. */
const RESULTS = ['ok', 'oversubscribed']

/** @throws FolderError if the folder is not that of a run, or one of its files cannot be read */
export function readRun(folder: string, letter: string): ComparedRun {
  const run = openRun(folder)
  const machine = run.need('machine.json', (text) => JSON.parse(text) as MachineFile)
  const summary = run.need('summary.csv', parseRows)
  const times = run.need('blocks.csv', timesIn)
  const groups = groupBy(summary, ({ experiment, layers, batch }) => [experiment, layers, batch].join('\t'))
  const rows = [...groups.values()].flatMap((group) => rowsOfGroup(group, times))
  const id = summary[0]?.run_id ?? basename(run.path)
  return { letter, id, folder, machine, rows, laws: run.read('laws.csv', parseRows) ?? [] }
}

/** @param group the rows that were measured against one serial */
function rowsOfGroup(group: readonly CsvRow[], times: ReturnType<typeof timesIn>): RunRow[] {
  const blocksOf = (row: CsvRow | undefined) => {
    const key = row && cellKey(row)
    return times.filter(({ cell }) => cell === key)
  }
  const cells = group.filter(({ cell }) => !isAgain(cell))
  const serial = cells.find(({ mode }) => mode === 'serial')
  const noise = noiseOf(blocksOf(serial), blocksOf(group.find(({ cell }) => isAgain(cell))))
  return cells.map((fields) => {
    const blocks = blocksOf(fields)
    const step = RESULTS.includes(fields.status) && blocks.length > 0 ? stepNs(blocks) : undefined
    return { fields, blocks, stepNs: step, noise, serialSha256: serial?.weights_sha256 ?? '' }
  })
}

/** @throws an Error that names the line of a block without a number or time, or that stands there twice */
function timesIn(text: string) {
  const lines = new Map<string, number>()
  return parseLines(text).map(({ row, line }) => {
    const [block, ns] = ['block', 'median_ns'].map((column) => numberIn(row, column) ?? NaN)
    if (Number.isNaN(block)) throw new Error(`line ${line}: block: expected a number`)
    if (!(ns > 0)) throw new Error(`line ${line}: median_ns: expected a time above 0`)
    const cell = cellKey(row)
    const key = `${cell}\t${block}`
    const earlier = lines.get(key)
    if (earlier !== undefined) {
      throw new Error(`line ${line}: block ${block} of ${row.experiment}:${row.cell} stands in line ${earlier} already`)
    }
    lines.set(key, line)
    return { cell, block, stepNs: [ns], warmUp: 0 }
  })
}

/** A value and its 95 % interval, if it has one. */
export interface Estimate {
  readonly value: number
  readonly interval: Interval | undefined
}

/** @param prefix of the columns ci_low and ci_high */
export function estimateIn(row: CsvRow, column: string, prefix = ''): Estimate | undefined {
  const [value, low, high] = [column, `${prefix}ci_low`, `${prefix}ci_high`].map((name) => numberIn(row, name))
  const interval = low === undefined || high === undefined ? undefined : { low, high }
  return value === undefined ? undefined : { value, interval }
}

/** How many times as fast as the serial of its run; undefined without a valid result. */
export const speedupOf = (row: RunRow | undefined): Estimate | undefined =>
  row?.stepNs === undefined ? undefined : estimateIn(row.fields, 'speedup', 'speedup_')
