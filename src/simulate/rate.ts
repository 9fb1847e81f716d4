import { FLOAT_BYTES } from '../kernels/kernel.ts'
import { effects } from '../plan/effects.ts'
import { updatesAtOnce } from '../plan/read/fused.ts'
import type { Instruction, Plan, Region } from '../plan/plan.ts'
import { length } from '../plan/span.ts'
import { flopOf } from '../plan/read/work.ts'
import type { Cost } from './simulate.ts'

/** How fast one rank is: 10⁹ floating-point operations, or bytes read and written, per second. */
export interface Rate {
  readonly gflops: number
  readonly gigabytesPerSecond: number
}

/**
 * Nanoseconds of each instruction of a plan at a rate: products take their flop, what moves floats and does little with
 * them takes their bytes, and an update that is part of a product only its weights. Signals take nothing.
 */
export function costAtRate(plan: Plan, { gflops, gigabytesPerSecond }: Rate): Cost {
  return (instruction, rank, index) => {
    const flop = flopOf(plan, instruction)
    if (flop > 0) return flop / gflops
    const fused = updatesAtOnce(plan, plan.programs[rank][index - 1], instruction)
    return bytesMoved(instruction, fused) / gigabytesPerSecond
  }
}

function bytesMoved(instruction: Instruction, fused: boolean): number {
  if (instruction.op === 'update' && fused) return 2 * floatsOf(instruction.weights) * FLOAT_BYTES
  const { reads, writes } = effects(instruction)
  let floats = 0
  for (const region of reads) floats += floatsOf(region)
  for (const region of writes) floats += floatsOf(region)
  return floats * FLOAT_BYTES
}

const floatsOf = ({ rows, columns }: Region): number => length(rows) * length(columns)
