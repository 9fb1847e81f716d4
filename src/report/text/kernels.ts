import type { LimitsTogether, StepResult } from '../../measure/alone.ts'
import type { ProductResult } from '../../measure/products.ts'
import { formatDuration, percent } from './format.ts'

const NAME = 7
const SUBJECT = 14
const SHARE = 5

/** Kernel, what it computes, its speed, and that as a share of the peak, where this is known. */
const speedLine = (kernel: string, form: string, subject: string, gflops: number, peak: number | undefined): string =>
  `${kernel.padEnd(NAME)} ${form.padEnd(NAME)} ${subject.padEnd(SUBJECT)} ${gflops.toFixed(1).padStart(6)} GFLOP/s` +
  ` ${(peak === undefined ? '' : percent(gflops / peak)).padStart(SHARE)}`

/** One line of the output per product: kernel, what, speed, share of the peak, verdict. */
export const kernelLine = (kernel: string, result: ProductResult, peak: number | undefined): string => {
  const { form, m, n, k, gflops, match, maxUlp } = result
  const distance = match === 'exact' ? '' : ` (${maxUlp.toFixed(1)} ulp)`
  return `${speedLine(kernel, form, `${m}×${n}×${k}`, gflops, peak)}  ${match}${distance}`
}

export const stepLine = (
  kernel: string,
  model: string,
  { flop, minNs, medianNs }: StepResult,
  peak: number | undefined,
): string =>
  `${speedLine(kernel, 'step', model, flop / minNs, peak)}  ${formatDuration(minNs)} (median ${formatDuration(medianNs)})`

export function limitsLine(kernel: string, { threads, peakGflops, copyGbps, triadGbps }: LimitsTogether): string {
  const subject = `${threads} ${threads === 1 ? 'thread' : 'threads'}`
  const speed = speedLine(kernel, 'limits', subject, peakGflops, undefined).trimEnd()
  return `${speed}  copy ${copyGbps.toFixed(1)} GB/s, triad ${triadGbps.toFixed(1)} GB/s`
}
