import { FLOAT_BYTES } from '../kernels/kernel.ts'
import type { Plan, Region } from '../plan/plan.ts'
import { length } from '../plan/span.ts'
import { regionsOf } from './part.ts'

/** Bytes that a rank touches in a step. */
export function footprintBytes(plan: Plan, rank: number): number {
  const regions = new Map(plan.programs[rank].flatMap(regionsOf).map((region) => [rectangleOf(region), region]))
  return [...regions.values()].reduce((sum, { rows, columns }) => sum + length(rows) * length(columns) * FLOAT_BYTES, 0)
}

const rectangleOf = ({ buffer, slot, rows, columns }: Region): string =>
  [buffer, slot, rows.from, rows.to, columns.from, columns.to].join('/')
