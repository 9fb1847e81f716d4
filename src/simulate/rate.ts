import { FLOAT_BYTES } from '../kernels/kernel.ts'
import { effects } from '../plan/effects.ts'
import type { Instruction, Plan, Region } from '../plan/plan.ts'
import { length } from '../plan/span.ts'
import { flopOfProduct, productOf, updatesAtOnce, type PlannedProduct } from '../plan/read/work.ts'
import type { Cost } from './simulate.ts'

/** What a core reads and writes in a second, about, unless it is measured. */
export const MEMORY_GBPS = 20
/** What an instruction takes besides its work, about: a call, a look at the clock, and for a signal a locked write. */
export const INSTRUCTION_NS = 120

/** The speed of one rank. */
export interface Rate {
  /** Nanoseconds of a product. */
  readonly productNs: (product: PlannedProduct) => number
  /** Whether that includes the update of weights that is part of a product. */
  readonly includesUpdates: boolean
  /** 10⁹ bytes read and written per second. */
  readonly gigabytesPerSecond: number
  /** What every instruction takes in addition. */
  readonly instructionNs: number
}

/** One number of GFLOP/s for products of all sizes; nothing else takes time but moving bytes. */
export const constantRate = (gflops: number, gigabytesPerSecond: number): Rate => ({
  productNs: (product) => flopOfProduct(product) / gflops,
  includesUpdates: false,
  gigabytesPerSecond,
  instructionNs: 0,
})

/**
 * Nanoseconds of each instruction of a plan at a rate. Bytes decide for instructions that mostly move floats; an update
 * that is part of a product moves only its weights.
 */
export function costAtRate(plan: Plan, rate: Rate): Cost {
  const { productNs, includesUpdates, gigabytesPerSecond, instructionNs } = rate
  return (instruction, rank, index) => {
    const program = plan.programs[rank]
    const product = productOf(plan, instruction, program[index + 1])
    if (product && flopOfProduct(product) > 0) return instructionNs + productNs(product)
    const fused = updatesAtOnce(plan, program[index - 1], instruction)
    const bytes = fused && includesUpdates ? 0 : bytesMoved(instruction, fused)
    return instructionNs + bytes / gigabytesPerSecond
  }
}

function bytesMoved(instruction: Instruction, fused: boolean): number {
  if (instruction.op === 'update' && fused) return 2 * floatsOf(instruction.weights) * FLOAT_BYTES
  const { reads, writes } = effects(instruction)
  return [...reads, ...writes].reduce((sum, region) => sum + floatsOf(region), 0) * FLOAT_BYTES
}

const floatsOf = ({ rows, columns }: Region): number => length(rows) * length(columns)
