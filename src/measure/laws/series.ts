import type { Visit } from '../blocks.ts'
import type { Cell } from '../../cells/cell.ts'
import { blockMedian } from '../noise.ts'
import type { Point } from './law.ts'

/** Cells that were measured in the same blocks. */
export interface Measured {
  readonly cells: readonly Cell[]
  readonly visits: readonly Visit[]
}

/** One block: a speed-up at each of some thread counts. */
export type BlockPoints = readonly Point[]

/** A scaling curve. */
export interface Series {
  /** A cell's name without its thread count. */
  readonly name: string
  /** Blocks that were run together have the same thread counts; a weak scaling has other blocks for each. */
  readonly groups: readonly (readonly BlockPoints[])[]
}

/**
 * The scaling curves of an experiment: one per family of cells that differ only in the number of threads, and in the
 * batch if that grows with it. Speed-ups are over the serial cell of the same group, and paired within its blocks; with
 * a batch that grows this is Gustafson's scaled speed-up, since serial has the same batch. Serial itself is no curve, nor
 * is a grid of `hybrid`, which has one thread count. Cells that have failed are left out, and blocks that were not
 * finished. Whoever wants no more threads than cores leaves the other cells out.
 */
export function seriesOf(measured: readonly Measured[]): Series[] {
  const names = measured.flatMap(({ cells }) => cells.filter(isOfFamily).map(({ family }) => family))
  return [...new Set(names)].map((name) => ({
    name,
    groups: measured.map((group) => pointsOf(group, name)).filter((blocks) => blocks.length > 0),
  }))
}

const isOfFamily = ({ mode }: Cell): boolean => mode !== 'serial' && mode !== 'hybrid'

function pointsOf({ cells, visits }: Measured, name: string): BlockPoints[] {
  const family = cells.filter(
    (cell) =>
      isOfFamily(cell) &&
      cell.family === name &&
      visits.some((visit) => visit.cell === cell) &&
      visits.every((visit) => visit.cell !== cell || visit.finite),
  )
  const serial = cells.find((cell) => cell.mode === 'serial' && !cell.again)
  const medians = (cell: Cell | undefined) =>
    new Map(visits.filter((visit) => visit.cell === cell).map((visit) => [visit.block, blockMedian(visit)]))
  const ofSerial = medians(serial)
  const ofFamily = family.map((cell) => ({ threads: cell.plan.programs.length, ns: medians(cell) }))
  return [...ofSerial]
    .filter(([block]) => ofFamily.every(({ ns }) => ns.has(block)))
    .map(([block, serialNs]) => ofFamily.map(({ threads, ns }) => ({ threads, speed: serialNs / ns.get(block)! })))
}
