import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { modeImpossible, type Mode } from '../../src/plan/modes.ts'
import { parseSchedule } from '../../src/plan/schedules/file.ts'
import { PlanError } from '../../src/plan/plan.ts'
import type { Table } from '../../src/plan/schedules/schedule.ts'
import { MODELS } from '../../src/cells/models.ts'
import { variants } from '../../src/cells/choose.ts'
import { LEARNING_RATES, type planSchema } from './schemas.ts'
import { UsageError } from './usage-error.ts'

/** Widths of the hidden layers unless told otherwise; inputs and classes come from the data. */
export const HIDDEN_WIDTHS = { scaling: [256, 256, 256, 256], train: [128, 64, 32] } as const

type Unsettled = z.output<typeof planSchema>

export type Settled<Options extends Unsettled> = Omit<Options, 'learningRate'> & {
  readonly learningRate: number
  /** What `scheduleFile` holds. */
  readonly table?: Table | undefined
}

/**
 * Settles the options that depend on each other, and refuses those that contradict each other. What the user
 * wrote (`given`) is kept or refused, what is only a default gives way.
 */
export function settle<Options extends Unsettled>(
  options: Options,
  hidden: readonly number[],
  given: (key: keyof Unsettled) => boolean,
): Settled<Options> {
  const { modes, dataset, label, grid, scheduleFile } = options
  const { batch, layers } = sizesOf(options, given)
  if (given('microbatches') && modes.includes('pipeline') && options.microbatches > batch) {
    throw new UsageError(
      `--microbatches ${options.microbatches}: expected at most ${batch}, the samples of a step (--batch)`,
    )
  }
  if (label !== undefined && dataset === 'synthetic') {
    throw new UsageError(`--label ${label}: expected together with --dataset and the path of a CSV file`)
  }
  if (scheduleFile !== undefined && given('schedule')) {
    throw new UsageError(`--schedule-file ${scheduleFile}: expected without --schedule`)
  }
  if (grid !== undefined && given('modes') && !modes.includes('hybrid')) {
    throw new UsageError(
      `--grid: expected together with the mode hybrid, not with --modes ${modes.join(',')}`,
    )
  }
  const settled: Settled<Options> = {
    ...options,
    batch,
    layers,
    learningRate: options.learningRate ?? LEARNING_RATES[options.optimizer],
    microbatches: Math.min(options.microbatches, batch),
    ...(grid === undefined || modes.includes('hybrid') ? {} : { modes: [...modes, 'hybrid' as const] }),
    ...(scheduleFile === undefined ? {} : ofFile(scheduleFile, options, given)),
  }
  refuseImpossibleGrids(settled, hidden)
  for (const count of settled.threads ?? []) {
    for (const mode of settled.modes) refuseImpossible(settled, hidden, mode, count)
  }
  return settled
}

/** Layers and batch, as they were asked for or as a named model has them. */
function sizesOf({ model, layers, batch }: Unsettled, given: (key: keyof Unsettled) => boolean) {
  const named = MODELS.find(({ name }) => name === model)
  if (!named) return { layers, batch }
  const conflict = (['layers', 'batch'] as const).find(given)
  if (conflict) throw new UsageError(`--model ${model}: expected without --${conflict}`)
  return { layers: named.model.widths, batch: named.batch }
}

/** What a schedule file decides: microbatches and threads, and that pipelines are what is run. */
function ofFile(file: string, options: Unsettled, given: (key: keyof Unsettled) => boolean) {
  let table: Table
  try {
    table = parseSchedule(readFileSync(file, 'utf8'))
  } catch (error) {
    const reason = error instanceof PlanError ? error.message : `cannot be read: ${String(error)}`
    throw new UsageError(`--schedule-file ${file}: ${reason}`)
  }
  const microbatches = 1 + Math.max(...table.flat().map((action) => action.microbatch))
  if (given('microbatches') && options.microbatches !== microbatches) {
    throw new UsageError(`--microbatches ${options.microbatches}: expected ${microbatches}, as in ${file}`)
  }
  return {
    table,
    microbatches,
    threads: options.threads ?? [table.length],
    ...(given('modes') ? {} : { modes: ['pipeline' as const] }),
  }
}

/** Thread counts that the program chooses skip what is impossible; those of the user are not skipped in silence. */
function refuseImpossible(
  options: Settled<Unsettled>,
  hidden: readonly number[],
  mode: Mode,
  threads: number,
): void {
  // Serial is the reference of the other modes at any thread count, and runs on its one thread.
  if (mode === 'serial' && options.modes.length > 1) return
  if (mode === 'serial' && threads > 1)
    throw new UsageError(
      `--threads ${threads} with --modes serial: serial runs on 1 thread, not on ${threads}`,
    )
  const reason = reasonAgainst(options, hidden, mode, threads)
  if (reason) throw new UsageError(`--threads ${threads} with --modes ${mode}: ${reason}`)
}

/** The same for the grids of the user. */
function refuseImpossibleGrids(options: Settled<Unsettled>, hidden: readonly number[]): void {
  const { modes, grid } = options
  if (!modes.includes('hybrid') || grid === undefined || grid === 'all') return
  for (const shape of grid) {
    const { dp, pp, tp } = shape
    const reason = reasonAgainst({ ...options, grid: [shape] }, hidden, 'hybrid', dp * pp * tp)
    if (reason) throw new UsageError(`--grid ${dp}x${pp}x${tp}: ${reason}`)
  }
}

/** Why a mode is not possible on a number of threads with any of the schedules and reductions; undefined if it is with one. */
function reasonAgainst(
  options: Settled<Unsettled>,
  hidden: readonly number[],
  mode: Mode,
  threads: number,
): string | undefined {
  const { activation, loss } = options
  const model = { widths: options.layers ?? [1, ...hidden, 1], activation, loss }
  const points = variants({ ...options, modes: [mode] }, model, [threads])
  const reasons = points.map(({ setting }) => modeImpossible(mode, setting))
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined
}
