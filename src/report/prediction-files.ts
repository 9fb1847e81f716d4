import type { Calibration } from '../measure/calibrate.ts'
import type { Cell } from '../measure/cell.ts'
import type { Predictions } from '../measure/predict.ts'
import type { Row } from './csv.ts'
import type { RunIdentity } from './files.ts'

export const PREDICTIONS_COLUMNS = [
  'run_id',
  'experiment',
  'cell',
  'threads',
  'predicted_ns',
  'predicted_bubble',
  'critical_path_ns',
  'handoff_ns',
  'barrier_ns',
  'calibrated_shapes',
  'calibration_seconds',
  'status',
]

export const CALIBRATION_COLUMNS = ['run_id', 'experiment', 'shape', 'threads', 'median_ns', 'min_ns']

/** A row per cell, to be written before it is measured; without numbers, and with the reason, where there is no prediction. */
export const predictionRows = (
  run: RunIdentity,
  cells: readonly Cell[],
  { calibration, of, reasons }: Predictions,
): Row[] =>
  cells.map((cell) => {
    const prediction = of.get(cell)
    return {
      run_id: run.runId,
      experiment: run.experiment,
      cell: cell.name,
      threads: cell.plan.programs.length,
      predicted_ns: rounded(prediction?.stepNs),
      predicted_bubble: prediction?.bubble,
      critical_path_ns: rounded(prediction?.criticalPathNs),
      handoff_ns: rounded(prediction?.handoffNs),
      barrier_ns: rounded(prediction?.barrierNs),
      calibrated_shapes: calibration.shapes,
      calibration_seconds: calibration.seconds,
      status: reasons.get(cell) ?? 'ok',
    }
  })

/** A row per instruction shape and number of threads that ran at the same time; what signals take has rows of its own. */
export function calibrationRows(run: RunIdentity, { timings, signals }: Calibration): Row[] {
  const common = { run_id: run.runId, experiment: run.experiment }
  const instructions = [...timings].flatMap(([shape, of]) =>
    [...of].map(([threads, { medianNs, minNs }]) => ({
      ...common,
      shape,
      threads,
      median_ns: rounded(medianNs),
      min_ns: rounded(minNs),
    })),
  )
  const told = [...signals].flatMap(([threads, of]) =>
    (
      [
        ['signal', of.publishNs],
        ['handoff', of.handoffNs],
        ['handoff to a sleeper', of.wakingNs],
        ['barrier', of.barrierNs],
        ['transfer of 1 MiB', MIB / of.gigabytesPerSecond],
      ] as const
    ).map(([shape, ns]) => ({ ...common, shape, threads, median_ns: rounded(ns), min_ns: undefined })),
  )
  return [...instructions, ...told]
}

const MIB = 2 ** 20

const rounded = (ns: number | undefined): number | undefined =>
  ns === undefined ? undefined : Math.round(ns)
