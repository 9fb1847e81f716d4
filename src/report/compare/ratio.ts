import { blockMedian, type Timed } from '../../measure/noise.ts'
import { median, medianInterval, type Interval } from '../../measure/statistics.ts'

/** The step time of a cell: the median of its blocks' medians, in nanoseconds. */
export const stepNs = (blocks: readonly Timed[]): number => median(blocks.map(blockMedian))

/** The step time of a cell in one run over that in another. */
export const ratioOf = (of: readonly Timed[], over: readonly Timed[]): number => stepNs(of) / stepNs(over)

/**
 * Where that ratio lies, with 95 %. Blocks of two runs were not measured side by side, and one run may be noisier than
 * the other: the interval is put together from the intervals of both (MOVER, Zou and Donner 2008), of the logarithms.
 * Undefined if a run has a single block.
 */
export function ratioInterval(of: readonly Timed[], over: readonly Timed[]): Interval | undefined {
  const [above, below] = [of, over].map((blocks) => {
    const medians = blocks.map(blockMedian)
    const interval = medianInterval(medians)
    const middle = median(medians)
    return interval && { up: Math.log(interval.high / middle), down: Math.log(middle / interval.low) }
  })
  if (!above || !below) return undefined
  const ratio = ratioOf(of, over)
  return {
    low: ratio * Math.exp(-Math.hypot(above.down, below.up)),
    high: ratio * Math.exp(Math.hypot(above.up, below.down)),
  }
}
