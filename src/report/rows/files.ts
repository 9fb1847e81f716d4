import type { Arithmetic } from '../../kernels/kernel.ts'
import type { Visit } from '../../measure/blocks.ts'
import { isPipelined, isReplicated, scheduleOf, type Cell } from '../../cells/cell.ts'
import type { GrowthPoint } from '../../measure/growth.ts'
import { blockMedian } from '../../measure/noise.ts'
import type { PredictionError } from '../../measure/prediction/error.ts'
import type { Summary } from '../../measure/summary.ts'
import type { Epoch } from '../../measure/train.ts'
import type { Verdict } from '../../measure/verify.ts'
import { parameterCount } from '../../model/shape.ts'
import { bytesHandedOver, bytesHandedOverTo, bytesOf } from '../../plan/read/bytes.ts'
import { memoryOf, neediest } from '../../plan/read/memory.ts'
import { SHARED } from '../../plan/plan.ts'
import type { Row } from '../folder/csv.ts'

/** What is the same for all rows of a run. */
export interface RunIdentity {
  readonly runId: string
  readonly experiment: string
  readonly kernel: string
  readonly arithmetic: Arithmetic
  readonly seed: number
}

/** `ok`; more threads than cores; weights unlike serial's; weights that are not finite; a time that cannot be. */
export type Status = 'ok' | 'oversubscribed' | 'mismatch' | 'not-finite' | 'impossible'

/** What is said of a cell in the end. */
export interface Judged {
  readonly cell: Cell
  /** Undefined if it was not timed. */
  readonly summary: Summary | undefined
  readonly verdict: Verdict
  readonly status: Status
  /** Undefined where nothing tells whether the speed-up differs from 1. */
  readonly differs?: boolean | undefined
  /** How far the prediction was off; undefined if there was none. */
  readonly prediction?: PredictionError | undefined
}

const CONFIGURATION = [
  'run_id',
  'experiment',
  'cell',
  'mode',
  'schedule',
  'reduction',
  'dispatch',
  'handoff',
  'wait',
  'chunks',
  'bucket_kib',
  'overlap',
  'optimizer_sharded',
  'threads',
  'dp',
  'pp',
  'tp',
  'layers',
  'parameters',
  'batch',
  'microbatches',
  'kernel',
  'arithmetic',
  'optimizer',
  'seed',
] as const

/** What tells a cell from all others of its run. */
export const CELL_COLUMNS = ['run_id', 'experiment', 'cell', 'layers', 'batch'] as const

export const cellRow = (run: Pick<RunIdentity, 'runId' | 'experiment'>, { name, plan }: Cell) => ({
  run_id: run.runId,
  experiment: run.experiment,
  cell: name,
  layers: plan.model.widths.join('-'),
  batch: plan.batch,
})

export const SAMPLES_COLUMNS = [...CONFIGURATION, 'block', 'position', 'step', 'phase', 'wall_ns', 'status']

export const BLOCKS_COLUMNS = [
  ...CELL_COLUMNS,
  'block',
  'position',
  'warm_up_steps',
  'steps',
  'median_ns',
  'min_ns',
]

export const SUMMARY_COLUMNS = [
  ...CONFIGURATION,
  'samples',
  'median_ns',
  'min_ns',
  'p05_ns',
  'p95_ns',
  'ci_low_ns',
  'ci_high_ns',
  'block_spread',
  'samples_per_second',
  'gflops',
  'speedup',
  'speedup_ci_low',
  'speedup_ci_high',
  'speedup_of_minima',
  'differs',
  'efficiency',
  'efficiency_together',
  'karp_flatt',
  'off_cpu_share',
  'bubble_fraction',
  'bubble_fraction_ideal',
  'critical_path_ns',
  'bytes_weights',
  'bytes_gradients',
  'bytes_activations',
  'bytes_optimizer_state',
  'bytes_packed',
  'bytes_per_rank',
  'bytes_handed_over',
  'weights_sha256',
  'match',
  'max_ulp',
  'predicted_ns',
  'prediction_error',
  'status',
]

export const GROWTH_COLUMNS = [...CONFIGURATION, 'variable', 'value', 'block', 'wall_ns']

export const MEMORY_COLUMNS = [...CELL_COLUMNS, 'owner', 'use', 'bytes']

export const LEDGER_COLUMNS = [...CELL_COLUMNS, 'block', 'rank', 'thread_id', 'bucket', 'ns']

export const TRAINING_COLUMNS = [
  ...CONFIGURATION,
  'epoch',
  'loss',
  'held_out_accuracy',
  'elapsed_ns',
  'weights_sha256',
  'status',
]

/** The independent columns, which say what was run. */
export function configurationRow(run: RunIdentity, cell: Cell): Row {
  const { mode, setting, dp, pp, tp, plan } = cell
  const pipelined = isPipelined(mode, setting)
  const replicated = isReplicated(mode, setting)
  const reduces = replicated && setting.reduction !== 'owner'
  return {
    ...cellRow(run, cell),
    mode,
    schedule: pipelined ? scheduleOf(setting) : undefined,
    reduction: replicated ? setting.reduction : undefined,
    dispatch: cell.dispatch,
    handoff: setting.handoff,
    wait: cell.wait,
    chunks: pipelined && setting.schedule === 'interleaved' ? setting.chunks : undefined,
    bucket_kib: reduces ? setting.bucketBytes / 1024 : undefined,
    overlap: reduces ? setting.overlap : undefined,
    optimizer_sharded: reduces ? setting.shardOptimizer : undefined,
    threads: setting.threads,
    dp,
    pp,
    tp,
    parameters: parameterCount(plan.model),
    microbatches: pipelined ? setting.microbatches : 1,
    kernel: run.kernel,
    arithmetic: run.arithmetic,
    optimizer: plan.optimizer,
    seed: run.seed,
  }
}

export function sampleRows(run: RunIdentity, visit: Visit, status: Status): Row[] {
  const configuration = configurationRow(run, visit.cell)
  return visit.stepNs.map((wall, step) => ({
    ...configuration,
    block: visit.block,
    position: visit.position,
    step,
    phase: step < visit.warmUp ? 'warm-up' : 'measured',
    wall_ns: wall,
    status,
  }))
}

/** What a visit's measured steps come to. */
export const blockRow = (run: RunIdentity, visit: Visit): Row => ({
  ...cellRow(run, visit.cell),
  block: visit.block,
  position: visit.position,
  warm_up_steps: visit.warmUp,
  steps: visit.stepNs.length - visit.warmUp,
  median_ns: blockMedian(visit),
  min_ns: visit.stepNs.slice(visit.warmUp).reduce((a, b) => Math.min(a, b)),
})

export function ledgerRows(run: RunIdentity, visit: Visit): Row[] {
  const cell = cellRow(run, visit.cell)
  return visit.ranks.flatMap(({ rank, threadId, ledger }) =>
    [...ledger].map(([bucket, ns]) => ({
      ...cell,
      block: visit.block,
      rank,
      thread_id: threadId,
      bucket,
      ns: Math.round(ns),
    })),
  )
}

/** What a cell allocates, per owner and use, and what each rank reads of others' work in a step; shared memory has no owner. */
export const memoryRows = (run: RunIdentity, cell: Cell): Row[] => {
  const common = cellRow(run, cell)
  const owned = memoryOf(cell.plan).flatMap(({ owner, bytes }) =>
    [...bytes].map(([use, amount]) => ({
      ...common,
      owner: owner === SHARED ? undefined : owner,
      use,
      bytes: amount,
    })),
  )
  const received = bytesHandedOverTo(cell.plan).map((bytes, owner) => ({
    ...common,
    owner,
    use: 'handed-over',
    bytes,
  }))
  return [...owned, ...received]
}

export const growthRows = (
  run: RunIdentity,
  { cell, variable, value, repetition, wallNs }: GrowthPoint,
): Row[] => [
  { ...configurationRow(run, cell), variable, value, block: repetition, wall_ns: Math.round(wallNs) },
]

/** A cell that was not timed, because it did not match serial, has a verdict but no summary. */
export function summaryRow(
  run: RunIdentity,
  { cell, summary, verdict, status, differs, prediction }: Judged,
): Row {
  return {
    ...configurationRow(run, cell),
    samples: summary?.samples ?? 0,
    median_ns: summary?.medianNs,
    min_ns: summary?.minNs,
    p05_ns: summary?.p05Ns,
    p95_ns: summary?.p95Ns,
    ci_low_ns: summary?.interval.low,
    ci_high_ns: summary?.interval.high,
    block_spread: summary?.blockSpread,
    samples_per_second: summary?.samplesPerSecond,
    gflops: summary?.gflops,
    speedup: summary?.speedup,
    speedup_ci_low: summary?.speedupInterval?.low,
    speedup_ci_high: summary?.speedupInterval?.high,
    speedup_of_minima: summary?.speedupOfMinima,
    differs,
    efficiency: summary?.efficiency,
    efficiency_together: summary?.efficiencyTogether,
    karp_flatt: summary?.karpFlatt,
    off_cpu_share: summary?.offCpuShare,
    bubble_fraction: summary?.bubbleFraction,
    bubble_fraction_ideal: summary?.bubbleFractionIdeal,
    critical_path_ns: summary && Math.round(summary.criticalPathNs),
    bytes_weights: bytesOf(cell.plan, 'weights'),
    bytes_gradients: bytesOf(cell.plan, 'gradient'),
    bytes_activations: bytesOf(cell.plan, 'activation', 'delta'),
    bytes_optimizer_state: bytesOf(cell.plan, 'state'),
    bytes_packed: bytesOf(cell.plan, 'packed'),
    bytes_per_rank: Math.round(neediest(cell.plan).bytes),
    bytes_handed_over: bytesHandedOver(cell.plan),
    weights_sha256: verdict.sha256,
    match: verdict.match,
    max_ulp: Number.isFinite(verdict.maxUlp) ? verdict.maxUlp : undefined,
    predicted_ns: prediction && Math.round(prediction.predictedNs),
    prediction_error: prediction?.share,
    status,
  }
}

export const trainingRow = (run: RunIdentity, cell: Cell, epoch: Epoch, status: Status): Row => ({
  ...configurationRow(run, cell),
  epoch: epoch.epoch,
  loss: Number.isFinite(epoch.loss) ? epoch.loss : undefined,
  held_out_accuracy: epoch.heldOutAccuracy,
  elapsed_ns: epoch.elapsedNs,
  weights_sha256: epoch.weightsSha256,
  status,
})
