import { purpose, random } from '../../model/random.ts'
import { blockMedian, type Timed } from '../../measure/noise.ts'
import { median, quantile, type Interval } from '../../measure/statistics.ts'

const RESAMPLES = 2000
const LEVEL = 0.95
/** A single block does not tell how far another would be from it. */
const FEWEST_BLOCKS = 2

/** The step time of a cell: the median of its blocks' medians, in nanoseconds. */
export const stepNs = (blocks: readonly Timed[]): number => median(blocks.map(blockMedian))

/** The step time of a cell in one run over that in another. */
export const ratioOf = (of: readonly Timed[], over: readonly Timed[]): number => stepNs(of) / stepNs(over)

/**
 * Where that ratio lies, with 95 %: the percentile bootstrap of two samples (Efron 1979). Blocks of two runs were not
 * measured side by side, so each run's are drawn for themselves. Undefined if a run has too few.
 */
export function ratioInterval(of: readonly Timed[], over: readonly Timed[], seed: number): Interval | undefined {
  if (Math.min(of.length, over.length) < FEWEST_BLOCKS) return undefined
  const generator = random(seed, purpose.bootstrap)
  const draw = (medians: readonly number[]) => median(medians.map(() => medians[generator.below(medians.length)]))
  const [above, below] = [of.map(blockMedian), over.map(blockMedian)]
  const ratios = Array.from({ length: RESAMPLES }, () => draw(above) / draw(below))
  const tail = (1 - LEVEL) / 2
  return { low: quantile(ratios, tail), high: quantile(ratios, 1 - tail) }
}
