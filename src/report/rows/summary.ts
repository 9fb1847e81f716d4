import type { Column, Field } from '../../cells/columns.ts'
import { CONFIGURATION, type Configuration } from '../../cells/dimensions.ts'
import type { Judged } from '../../measure/outcome.ts'
import type { Summary } from '../../measure/summary.ts'
import { bytesHandedOver, bytesOf } from '../../plan/read/bytes.ts'
import { neediest } from '../../plan/read/memory.ts'

/** A row of summary.csv: a cell, and what is said of it in the end. */
interface SummaryRow extends Configuration {
  readonly judged: Judged
}

/** A cell that was not timed, because it did not match serial, has a verdict but no summary. */
const timed =
  (value: (summary: Summary) => Field) =>
  ({ judged: { summary } }: SummaryRow): Field =>
    summary && value(summary)

export const SUMMARY_COLUMNS: readonly Column<SummaryRow>[] = [
  ...CONFIGURATION,
  ['samples', ({ judged }) => judged.summary?.samples ?? 0, 'measured steps'],
  ['median_ns', timed((of) => of.medianNs), 'step time: median over blocks of the blocks’ medians'],
  ['min_ns', timed((of) => of.minNs), 'the fastest step'],
  ['p05_ns', timed((of) => of.p05Ns), '5th percentile of the steps'],
  ['p95_ns', timed((of) => of.p95Ns), '95th percentile of the steps'],
  ['ci_low_ns', timed((of) => of.interval?.low), '95 % interval of the step time, over blocks'],
  ['ci_high_ns', timed((of) => of.interval?.high), ''],
  ['block_spread', timed((of) => of.blockSpread), 'median of the slowest block / of the fastest'],
  ['samples_per_second', timed((of) => of.samplesPerSecond), 'batch / step time'],
  ['gflops', timed((of) => of.gflops), 'flop per step / step time'],
  ['speedup', timed((of) => of.speedup), 'step time of serial / of the cell, paired within blocks'],
  ['speedup_ci_low', timed((of) => of.speedupInterval?.low), '95 % interval of the speed-up'],
  ['speedup_ci_high', timed((of) => of.speedupInterval?.high), ''],
  ['speedup_of_minima', timed((of) => of.speedupOfMinima), 'fastest step of serial / of the cell'],
  ['differs', ({ judged }) => judged.differs, 'true: the speed-up differs from 1; false: shown to be within 3 % of 1; empty: neither'],
  ['efficiency', timed((of) => of.efficiency), 'speed-up / threads'],
  ['efficiency_together', timed((of) => of.efficiencyTogether), 'speed-up / (what as many cores do at once / what one does)'],
  ['karp_flatt', timed((of) => of.karpFlatt), '(1/speed-up − 1/threads) / (1 − 1/threads)'],
  ['karp_flatt_own', ({ judged }) => judged.karpFlattOwn, 'the same of the speed-up over one thread of the same split'],
  ['off_cpu_share', timed((of) => of.offCpuShare), 'share of the ranks’ time without a processor'],
  ['bubble_fraction', timed((of) => of.bubbleFraction), 'waiting / (threads × step time), measured'],
  ['bubble_fraction_ideal', timed((of) => of.bubbleFractionIdeal), 'the same of the plan, with time as flop and free handoffs'],
  ['critical_path_ns', timed((of) => Math.round(of.criticalPathNs)), 'the plan’s longest path at the measured times, handoffs free'],
  ['bytes_weights', ({ cell }) => bytesOf(cell.plan, 'weights'), 'bytes of weights, over all threads'],
  ['bytes_gradients', ({ cell }) => bytesOf(cell.plan, 'gradient'), 'of gradients'],
  ['bytes_activations', ({ cell }) => bytesOf(cell.plan, 'activation', 'delta'), 'of activations and their gradients'],
  ['bytes_optimizer_state', ({ cell }) => bytesOf(cell.plan, 'state'), 'of the optimizer’s state'],
  ['bytes_packed', ({ cell }) => bytesOf(cell.plan, 'packed'), 'of weights packed for the kernel'],
  ['bytes_per_rank', ({ cell }) => Math.round(neediest(cell.plan).bytes), 'the most that one thread needs'],
  ['bytes_handed_over', ({ cell }) => bytesHandedOver(cell.plan), 'bytes per step that one thread reads after another wrote them'],
  ['weights_sha256', ({ judged }) => judged.verdict.sha256, 'SHA-256 of the weights after the verified steps'],
  ['match', ({ judged }) => judged.verdict.match, 'exact, close or different from serial’s weights'],
  ['max_ulp', ({ judged }) => finite(judged.verdict.maxUlp), 'largest difference from serial’s weights, in float32 spacings'],
  ['predicted_ns', ({ judged }) => judged.prediction && Math.round(judged.prediction.predictedNs), 'step time predicted before the measurement'],
  ['prediction_error', ({ judged }) => judged.prediction?.share, '(predicted − measured) / measured'],
  ['status', ({ judged }) => judged.status, 'ok; oversubscribed; mismatch, not-finite or impossible: no result'],
] // prettier-ignore

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined)
