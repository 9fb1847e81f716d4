import type { Visit } from '../../src/measure/blocks.ts'
import type { Cell } from '../../src/cells/cell.ts'
import { BUCKETS, type Bucket } from '../../src/measure/ledger.ts'

/** A visit that never took place: its step times, and what each rank spent its time on, in nanoseconds. */
export function visitOf(
  cell: Cell,
  stepNs: readonly number[],
  {
    block = 0,
    warmUp = 0,
    spent = [],
  }: {
    readonly block?: number
    readonly warmUp?: number
    readonly spent?: readonly Partial<Record<Bucket, number>>[]
  } = {},
): Visit {
  const ranks = cell.plan.programs.map((_, rank) => ({
    rank,
    threadId: rank + 11,
    ledger: new Map(BUCKETS.map((bucket) => [bucket, spent[rank]?.[bucket] ?? 0])),
  }))
  const reports = cell.plan.programs.map(({ length }, rank) => ({
    rank,
    threadId: rank + 11,
    spent: new Float64Array(length + 1),
    stamps: new Float64Array(length + 1),
    cpuMs: undefined,
  }))
  return { cell, block, position: 0, stepNs, warmUp, ranks, reports, finite: true, sha256: '' }
}
