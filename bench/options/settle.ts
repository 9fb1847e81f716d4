import type { Activation, Loss, Optimizer } from '../../src/kernels/kernel.ts'
import { GRID_DEFAULTS } from '../../src/plan/grid.ts'
import { modeImpossible, type Mode } from '../../src/plan/modes.ts'
import type { ReductionName } from '../../src/plan/reductions/index.ts'
import type { ScheduleName } from '../../src/plan/schedules/index.ts'
import { LEARNING_RATES } from './schemas.ts'
import { UsageError } from './usage-error.ts'

/** Widths of the hidden layers unless told otherwise; inputs and classes come from the data. */
export const HIDDEN_WIDTHS = { scaling: [256, 256, 256, 256], train: [128, 64, 32] } as const

interface Unsettled {
  readonly modes: readonly Mode[]
  readonly threads?: readonly number[] | undefined
  readonly layers?: readonly number[] | undefined
  readonly activation: Activation
  readonly loss: Loss
  readonly optimizer: Optimizer
  readonly learningRate?: number | undefined
  readonly batch: number
  readonly microbatches: number
  readonly schedule: readonly ScheduleName[]
  readonly reduction: readonly ReductionName[]
  readonly dataset: string
  readonly label?: string | undefined
}

/**
 * Settles the options that depend on each other, and refuses those that contradict each other. What the user
 * wrote (`given`) is kept or refused, what is only a default gives way.
 */
export function settle<Options extends Unsettled>(
  options: Options,
  hidden: readonly number[],
  given: (key: keyof Options) => boolean,
) {
  const { batch, modes, threads = [], dataset, label } = options
  if (given('microbatches') && modes.includes('pipeline') && options.microbatches > batch) {
    throw new UsageError(
      `--microbatches ${options.microbatches}: expected at most ${batch}, the samples of a step (--batch)`,
    )
  }
  if (label !== undefined && dataset === 'synthetic') {
    throw new UsageError(`--label ${label}: expected together with --dataset and the path of a CSV file`)
  }
  const settled = {
    ...options,
    learningRate: options.learningRate ?? LEARNING_RATES[options.optimizer],
    microbatches: Math.min(options.microbatches, batch),
  }
  for (const count of threads) for (const mode of modes) refuseImpossible(settled, hidden, mode, count)
  return settled
}

/** Thread counts that the program chooses skip what is impossible; those of the user are not skipped in silence. */
function refuseImpossible(options: Unsettled, hidden: readonly number[], mode: Mode, threads: number): void {
  // Serial is the reference of the other modes at any thread count, and runs on its one thread.
  if (mode === 'serial' && options.modes.length > 1) return
  const { activation, loss, optimizer, batch, microbatches, schedule, reduction } = options
  const reason = modeImpossible(mode, {
    model: { widths: options.layers ?? [1, ...hidden, 1], activation, loss },
    optimizer,
    batch,
    microbatches,
    schedule: schedule[0],
    reduction: reduction[0],
    threads,
    ...GRID_DEFAULTS,
  })
  if (reason !== undefined) throw new UsageError(`--threads ${threads} with --modes ${mode}: ${reason}`)
}
