import { FLOAT_BYTES } from '../kernels/kernel.ts'
import { effects } from '../plan/effects.ts'
import type { Instruction, Plan, Region } from '../plan/plan.ts'
import { length } from '../plan/span.ts'
import { flopOf, updatesAtOnce } from '../plan/read/work.ts'
import type { Cost } from './simulate.ts'

/** What a core reads and writes in a second, about, unless it is measured. */
export const MEMORY_GBPS = 20

/** The speed of one rank: 10⁹ floating-point operations, or bytes read and written, per second. */
export interface Rate {
  readonly gflops: number
  readonly gigabytesPerSecond: number
}

/**
 * Nanoseconds of each instruction of a plan at a rate. Flop decide for products, bytes for instructions that mostly move
 * floats; an update that is part of a product moves only its weights. Signals take no time.
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
  return [...reads, ...writes].reduce((sum, region) => sum + floatsOf(region), 0) * FLOAT_BYTES
}

const floatsOf = ({ rows, columns }: Region): number => length(rows) * length(columns)
