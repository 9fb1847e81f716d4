import { within, type Column } from '../../cells/columns.ts'
import { CONFIGURATION, type Configuration } from '../../cells/dimensions.ts'
import type { Judged } from '../../measure/outcome.ts'
import type { Summary } from '../../measure/summary.ts'
import { bytesHandedOver, bytesOf } from '../../plan/read/bytes.ts'
import { neediest } from '../../plan/read/memory.ts'

/** A row of summary.csv: a cell, and what is said of it in the end. */
export interface SummaryRow extends Configuration {
  readonly judged: Judged
}

/** A cell that was not timed, because it did not match serial, has a verdict but no summary. */
const SUMMARY: readonly Column<Summary | undefined>[] = [
  ['samples', (of) => of?.samples ?? 0, 'measured steps'],
  ['median_ns', (of) => of?.medianNs, 'step time: median over blocks of the blocks’ medians'],
  ['min_ns', (of) => of?.minNs, 'the fastest step'],
  ['p05_ns', (of) => of?.p05Ns, '5th percentile of the steps'],
  ['p95_ns', (of) => of?.p95Ns, '95th percentile of the steps'],
  ['ci_low_ns', (of) => of?.interval.low, '95 % interval of the step time, bootstrapped over blocks'],
  ['ci_high_ns', (of) => of?.interval.high, ''],
  ['block_spread', (of) => of?.blockSpread, 'median of the slowest block / of the fastest'],
  ['samples_per_second', (of) => of?.samplesPerSecond, 'batch / step time'],
  ['gflops', (of) => of?.gflops, 'flop per step / step time'],
  ['speedup', (of) => of?.speedup, 'step time of serial / of the cell, paired within blocks'],
  ['speedup_ci_low', (of) => of?.speedupInterval?.low, '95 % interval of the speed-up'],
  ['speedup_ci_high', (of) => of?.speedupInterval?.high, ''],
  ['speedup_of_minima', (of) => of?.speedupOfMinima, 'fastest step of serial / of the cell'],
]

const AGAINST_CORES: readonly Column<Summary | undefined>[] = [
  ['efficiency', (of) => of?.efficiency, 'speed-up / threads'],
  ['efficiency_together', (of) => of?.efficiencyTogether, 'speed-up / what as many cores do together over one'],
  ['karp_flatt', (of) => of?.karpFlatt, '(1/speed-up − 1/threads) / (1 − 1/threads)'],
  ['off_cpu_share', (of) => of?.offCpuShare, 'share of the ranks’ time without a processor'],
  ['bubble_fraction', (of) => of?.bubbleFraction, 'waiting / (threads × step time), measured'],
  [
    'bubble_fraction_ideal',
    (of) => of?.bubbleFractionIdeal,
    'the same of the plan, with time as flop and free handoffs',
  ],
  [
    'critical_path_ns',
    (of) => of && Math.round(of.criticalPathNs),
    'the plan’s longest path at the measured times, handoffs free',
  ],
]

const MEMORY: readonly Column<Configuration>[] = [
  ['bytes_weights', ({ cell }) => bytesOf(cell.plan, 'weights'), 'bytes of weights, over all threads'],
  ['bytes_gradients', ({ cell }) => bytesOf(cell.plan, 'gradient'), 'of gradients'],
  ['bytes_activations', ({ cell }) => bytesOf(cell.plan, 'activation', 'delta'), 'of activations and their gradients'],
  ['bytes_optimizer_state', ({ cell }) => bytesOf(cell.plan, 'state'), 'of the optimizer’s state'],
  ['bytes_packed', ({ cell }) => bytesOf(cell.plan, 'packed'), 'of weights packed for the kernel'],
  ['bytes_per_rank', ({ cell }) => Math.round(neediest(cell.plan).bytes), 'the most that one thread needs'],
  [
    'bytes_handed_over',
    ({ cell }) => bytesHandedOver(cell.plan),
    'bytes per step that one thread reads after another wrote them',
  ],
]

const JUDGED: readonly Column<Judged>[] = [
  ['weights_sha256', ({ verdict }) => verdict.sha256, 'SHA-256 of the weights after the verified steps'],
  ['match', ({ verdict }) => verdict.match, 'exact, close or different from serial’s weights'],
  ['max_ulp', ({ verdict: { maxUlp } }) => (Number.isFinite(maxUlp) ? maxUlp : undefined), 'largest difference from serial’s weights, in float32 spacings'],
  ['predicted_ns', ({ prediction }) => prediction && Math.round(prediction.predictedNs), 'step time predicted before the measurement'],
  ['prediction_error', ({ prediction }) => prediction?.share, '(predicted − measured) / measured'],
  ['status', ({ status }) => status, 'ok; oversubscribed; mismatch, not-finite or impossible: no result'],
] // prettier-ignore

export const SUMMARY_COLUMNS: readonly Column<SummaryRow>[] = [
  ...CONFIGURATION,
  ...within(SUMMARY, ({ judged }: SummaryRow) => judged.summary),
  ['differs', ({ judged }) => judged.differs, 'whether the speed-up differs from 1 by more than the noise'],
  ...within(AGAINST_CORES, ({ judged }: SummaryRow) => judged.summary),
  ...MEMORY,
  ...within(JUDGED, ({ judged }: SummaryRow) => judged),
]
