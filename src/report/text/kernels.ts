import type { LimitsTogether, StepResult } from '../../measure/alone.ts'
import type { ProductResult } from '../../measure/products.ts'
import { formatDuration } from './format.ts'

const NAME = 7
const NUMBER = 7

const share = (gflops: number, peak: number | undefined): string =>
  peak === undefined ? '' : `  ${((100 * gflops) / peak).toFixed(0).padStart(3)} % of peak`

const rate = (gflops: number): string => `${gflops.toFixed(1).padStart(NUMBER)} GFLOP/s`

/** One line of the output per result: kernel, what, speed, share of the peak, verdict. */
export const kernelLine = (kernel: string, result: ProductResult, peak: number | undefined): string =>
  `${kernel.padEnd(NAME)} ${result.form.padEnd(NAME)} ${`${result.m} × ${result.n} × ${result.k}`.padEnd(19)}` +
  `${rate(result.gflops)}${share(result.gflops, peak)}  ${result.match}` +
  (result.match === 'exact' ? '' : ` (${result.maxUlp.toFixed(1)} ulp)`)

export const stepLine = (
  kernel: string,
  model: string,
  result: StepResult,
  peak: number | undefined,
): string =>
  `${kernel.padEnd(NAME)} step    ${model.padEnd(19)}${rate(result.flop / result.minNs)}` +
  `${share(result.flop / result.minNs, peak)}  best ${formatDuration(result.minNs)}, median ${formatDuration(result.medianNs)}`

export const limitsLine = (
  kernel: string,
  { threads, peakGflops, copyGbps, triadGbps }: LimitsTogether,
): string =>
  `${kernel.padEnd(NAME)} limits  ${`${threads} ${threads === 1 ? 'thread' : 'threads'}`.padEnd(19)}${rate(peakGflops)}` +
  `  copy ${copyGbps.toFixed(1)} GB/s, triad ${triadGbps.toFixed(1)} GB/s`
