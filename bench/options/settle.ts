import { readFileSync } from 'node:fs'
import { reasonAgainst, strategiesOf, type CellOptions } from '../../src/cells/choose.ts'
import type { Strategy } from '../../src/cells/cell.ts'
import type { DimensionOptions } from '../../src/cells/dimensions.ts'
import { MODELS, LEARNING_RATES } from '../../src/cells/work.ts'
import { messageOf } from '../../src/errors.ts'
import { parseSchedule } from '../../src/plan/schedules/file.ts'
import { PlanError } from '../../src/plan/plan.ts'
import { ranksOf } from '../../src/plan/grid.ts'
import type { Table } from '../../src/plan/schedules/schedule.ts'
import { syntheticWidths } from '../run/data.ts'
import { UsageError, type Given } from './command.ts'

type Unsettled = DimensionOptions & Pick<CellOptions, 'memoryPerRank'>

/** Options that fit each other. */
export type Settled<Options> = Omit<Options, 'learningRate'> & Pick<CellOptions, 'learningRate' | 'table'>

/**
 * Settles the options that depend on each other, and refuses those that contradict each other. What the user wrote is
 * kept or refused; what is only a default gives way.
 *
 * @param hidden widths of the hidden layers where none are given
 * @throws UsageError
 */
export function settle<Options extends Unsettled>(
  options: Options,
  hidden: readonly number[],
  given: Given,
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
  if (grid !== undefined && given('modes') && !modes.includes('hybrid')) {
    throw new UsageError(`--grid: expected together with the mode hybrid, not with --modes ${modes.join(',')}`)
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
  refuseImpossible(settled, hidden, given)
  return settled
}

/** Layers and batch, as they were asked for or as a named model has them. */
function sizesOf({ model, layers, batch }: Unsettled, given: Given) {
  const named = MODELS.find(({ name }) => name === model)
  if (!named) return { layers, batch }
  const conflict = ['layers', 'batch'].find(given)
  if (conflict) throw new UsageError(`--model ${model}: expected without --${conflict}`)
  return { layers: [...named.model.widths], batch: named.batch }
}

/** A schedule file decides the microbatches and the threads, and that pipelines are run. */
function ofFile(file: string, options: Unsettled, given: Given) {
  const refuse = (reason: string) => new UsageError(`--schedule-file ${file}: ${reason}`)
  if (given('schedule')) throw refuse('expected without --schedule')
  if (given('modes') && !options.modes.some((mode) => mode === 'pipeline' || mode === 'hybrid')) {
    throw refuse(`expected with a mode that has a schedule, not with --modes ${options.modes.join(',')}`)
  }
  let table: Table
  try {
    table = parseSchedule(readFileSync(file, 'utf8'))
  } catch (error) {
    throw refuse(error instanceof PlanError ? error.message : `cannot be read: ${messageOf(error)}`)
  }
  const microbatches = 1 + table.flat().reduce((most, action) => Math.max(most, action.microbatch), 0)
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

/**
 * Refuses what the user asked for if nothing of it is possible. Where something remains, the rest is skipped later, with
 * the reason; thread counts that the program chooses are skipped in any case.
 */
function refuseImpossible(options: Settled<Unsettled>, hidden: readonly number[], given: Given): void {
  const { modes, threads, activation, loss, grid } = options
  const model = { widths: options.layers ?? syntheticWidths(hidden), activation, loss }
  for (const degrees of Array.isArray(grid) ? grid : []) {
    const reason = firstReason(strategiesOf({ ...options, modes: ['hybrid'], grid: [degrees] }, model, []))
    const { dp, pp, tp } = degrees
    if (reason) throw new UsageError(`--grid ${dp}x${pp}x${tp}: ${reason.reason}`)
  }
  const split = modes.filter((mode) => mode !== 'serial')
  const most = Math.max(0, ...(threads ?? []))
  if (split.length === 0 && most > 1) {
    throw new UsageError(`--threads ${most} with --modes serial: serial runs on 1 thread, not on ${most}`)
  }
  if (threads === undefined || split.length === 0) return
  const reason = firstReason(strategiesOf({ ...options, modes: split }, model, threads))
  if (!reason) return
  const flag = given('threads') ? `--threads ${reason.ranks} with ` : ''
  throw new UsageError(`${flag}--modes ${reason.mode}: ${reason.reason}`)
}

/** Why the first of some strategies is impossible; undefined if one is possible. */
function firstReason(strategies: readonly Strategy[]) {
  const reasons = strategies.map(({ mode, grid }) => ({ mode, ranks: ranksOf(grid), reason: reasonAgainst(grid) }))
  return reasons.every(({ reason }) => reason !== undefined) ? reasons[0] : undefined
}
