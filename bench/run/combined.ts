import { reasonAgainst } from '../../src/cells/choose.ts'
import { serialOf, type Outcome } from '../../src/measure/outcome.ts'
import type { Calibration } from '../../src/measure/prediction/calibrate.ts'
import { planGrid } from '../../src/plan/build/programs.ts'
import type { Degrees, Grid } from '../../src/plan/grid.ts'
import { gridOf } from '../../src/plan/modes.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Combined } from '../../src/report/text/answers.ts'
import { costFromTimes, type ShapeTimes } from '../../src/simulate/calibrated.ts'
import { FREE, handoffCosts } from '../../src/simulate/handoff.ts'
import { constantRate, costAtRate, MEMORY_GBPS } from '../../src/simulate/rate.ts'
import { simulate } from '../../src/simulate/simulate.ts'

/** The smallest number of threads that can combine two kinds of parallelism. */
const THREADS = 4
const MICROBATCHES = 8

/** The textbook's replicas, and two ways to combine them with model parallelism. */
const CANDIDATES: readonly (readonly [label: string, degrees: Degrees])[] = [
  ['replicas', { dp: THREADS, pp: 1, tp: 1 }],
  ['2x1x2', { dp: 2, pp: 1, tp: 2 }],
  ['2x2x1', { dp: 2, pp: 2, tp: 1 }],
]

/**
 * What combining data and model parallelism would gain on four threads, simulated from the times of this
 * run's instructions.
 */
export function combinedOutlook(
  outcomes: readonly Outcome[],
  calibration: Calibration | undefined,
  gflops: number,
): Combined | undefined {
  const serial = serialOf(outcomes)
  if (!serial || !calibration) return undefined
  const times: ShapeTimes = new Map(
    [...calibration.timings.values()].flatMap(({ key: { shape }, byThreads }) => {
      const ns = byThreads.get(1)?.medianNs
      return ns === undefined ? [] : [[shape.name, { ns, flop: shape.flop }]]
    }),
  )
  const signals = calibration.signals.get(2)
  const within = signals ? { latencyNs: signals.handoffNs, gigabytesPerSecond: signals.gigabytesPerSecond } : FREE
  const handoff = handoffCosts({ ranks: THREADS, machines: 1, within, between: FREE })
  const stepOf = (plan: Plan): number => {
    const cost = costFromTimes(plan, times, costAtRate(plan, constantRate(gflops, MEMORY_GBPS)))
    return simulate(plan, cost, undefined, handoff).duration
  }
  const { grid } = serial.cell
  const microbatches = Math.min(MICROBATCHES, grid.batch)
  const open: Grid = { ...grid, schedule: '1f1b', reduction: 'direct', microbatches }
  const alone = stepOf(serial.cell.plan)
  const grids = CANDIDATES.flatMap(([label, degrees]) => {
    const combined = gridOf('hybrid', open, degrees)
    return reasonAgainst(combined) ? [] : [{ label, speedup: alone / stepOf(planGrid(combined)) }]
  })
  return { threads: THREADS, source: 'simulated', grids }
}
