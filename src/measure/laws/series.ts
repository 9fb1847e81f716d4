import type { Visit } from '../blocks.ts'
import type { Cell } from '../../cells/cell.ts'
import { blockMedian } from '../noise.ts'
import type { Point } from './law.ts'

/** Cells that were measured in the same blocks. */
export interface MeasuredGroup {
  readonly cells: readonly Cell[]
  readonly visits: readonly Visit[]
}

/** The speed-ups of one block, by thread count. */
export type BlockPoints = readonly Point[]

/** A scaling curve. */
export interface Series {
  /** A cell's name without its thread count. */
  readonly name: string
  /** Blocks that ran together have the same thread counts; a weak scaling has blocks of its own for each. */
  readonly groups: readonly (readonly BlockPoints[])[]
}

/**
 * The scaling curves of an experiment: one per family of cells that differ only in the number of threads, and in the
 * batch if that grows with it. Speed-ups are over the serial cell of the same group, paired within its blocks; with a
 * growing batch this is Gustafson's scaled speed-up, since serial has the same batch. Serial is no curve, nor is a grid
 * of `hybrid`, which has one thread count. Failed cells and unfinished blocks are left out; so should the caller leave
 * out cells with more threads than cores.
 */
export const seriesOf = (measured: readonly MeasuredGroup[]): Series[] =>
  familiesOf(measured).map((name) => ({ name, groups: groupsOf(measured, name, isSerial) }))

/**
 * The same curves over one thread of the same cells, where a group has it: one thread may run another algorithm than
 * serial does, which a law would take for a cost of the threads.
 */
export const ownSeriesOf = (measured: readonly MeasuredGroup[]): Series[] =>
  familiesOf(measured).map((family) => ({
    name: `${family} over one thread of its own`,
    groups: groupsOf(measured, family, (cell) => cell.family === family && cell.plan.programs.length === 1),
  }))

const isOfFamily = ({ mode }: Cell): boolean => mode !== 'serial' && mode !== 'hybrid'
const isSerial = ({ mode, again }: Cell): boolean => mode === 'serial' && !again

const familiesOf = (measured: readonly MeasuredGroup[]): string[] => [
  ...new Set(measured.flatMap(({ cells }) => cells.filter(isOfFamily).map(({ family }) => family))),
]

type IsBase = (cell: Cell) => boolean

const groupsOf = (measured: readonly MeasuredGroup[], family: string, isBase: IsBase): BlockPoints[][] =>
  measured.map((group) => pointsOf(group, family, isBase)).filter((blocks) => blocks.length > 0)

function pointsOf({ cells, visits }: MeasuredGroup, name: string, isBase: IsBase): BlockPoints[] {
  const of = (cell: Cell | undefined) => visits.filter((visit) => visit.cell === cell)
  const medians = (cell: Cell | undefined) => new Map(of(cell).map((visit) => [visit.block, blockMedian(visit)]))
  const family = cells
    .filter((cell) => isOfFamily(cell) && cell.family === name)
    .filter((cell) => of(cell).length > 0 && of(cell).every(({ finite }) => finite))
    .map((cell) => ({ threads: cell.plan.programs.length, ns: medians(cell) }))
  return [...medians(cells.find(isBase))]
    .filter(([block]) => family.every(({ ns }) => ns.has(block)))
    .map(([block, baseNs]) => family.map(({ threads, ns }) => ({ threads, speed: baseNs / ns.get(block)! })))
}
