import { reasonAgainst } from '../../src/cells/choose.ts'
import { serialOf, type Outcome } from '../../src/measure/outcome.ts'
import type { Calibration } from '../../src/measure/prediction/calibrate.ts'
import { planGrid } from '../../src/plan/build/programs.ts'
import { groupBy, median } from '../../src/measure/statistics.ts'
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
 * What combining data and model parallelism would gain on four threads, simulated from the times of this run's
 * instructions and signals, the medians over its sessions.
 */
export function combinedOutlook(
  outcomes: readonly Outcome[],
  calibrations: readonly Calibration[],
  gflops: number,
): Combined | undefined {
  const serial = serialOf(outcomes)
  if (!serial || calibrations.length === 0) return undefined
  const timings = calibrations.flatMap((calibration) => [...calibration.timings.values()])
  const times: ShapeTimes = new Map(
    [...groupBy(timings, ({ key }) => key.shape.name)].flatMap(([name, of]) => {
      const alone = of.flatMap(({ byThreads }) => byThreads.get(1)?.medianNs ?? [])
      return alone.length === 0 ? [] : [[name, { ns: median(alone), flop: of[0].key.shape.flop }]]
    }),
  )
  const signals = calibrations.flatMap((calibration) => calibration.signals.get(2) ?? [])
  const within =
    signals.length === 0
      ? FREE
      : {
          latencyNs: median(signals.map(({ handoffNs }) => handoffNs)),
          gigabytesPerSecond: median(signals.map(({ gigabytesPerSecond }) => gigabytesPerSecond)),
        }
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
