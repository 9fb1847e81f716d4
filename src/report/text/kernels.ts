import type { LimitsTogether, StepResult } from '../../measure/alone.ts'
import type { ProductResult } from '../../measure/products.ts'
import { formatDuration, percent } from './format.ts'

/** Kernel, what it computes, its speed, and that as a share of the peak, where this is known. */
const speedLine = (kernel: string, form: string, subject: string, gflops: number, peak?: number): string =>
  `${kernel.padEnd(7)} ${form.padEnd(7)} ${subject.padEnd(14)} ${gflops.toFixed(1).padStart(6)} GFLOP/s` +
  ` ${(peak === undefined ? '' : percent(gflops / peak)).padStart(5)}`

/** One line of the output per product: kernel, what, speed, share of the peak, verdict. */
export function kernelLine(kernel: string, result: ProductResult, peak: number | undefined): string {
  const { form, m, n, k, gflops, match, maxUlp } = result
  const distance = match === 'exact' ? '' : ` (${maxUlp.toFixed(1)} ulp)`
  return `${speedLine(kernel, form, `${m}×${n}×${k}`, gflops, peak)}  ${match}${distance}`
}

export function stepLine(kernel: string, model: string, result: StepResult, peak: number | undefined): string {
  const { flop, minNs, medianNs } = result
  const times = `${formatDuration(minNs)} (median ${formatDuration(medianNs)})`
  return `${speedLine(kernel, 'step', model, flop / minNs, peak)}  ${times}`
}

export function limitsLine(kernel: string, { threads, peakGflops, copyGbps, triadGbps }: LimitsTogether): string {
  const speed = speedLine(kernel, 'limits', `${threads} ${threads === 1 ? 'thread' : 'threads'}`, peakGflops).trimEnd()
  return `${speed}  copy ${copyGbps.toFixed(1)} GB/s, triad ${triadGbps.toFixed(1)} GB/s`
}
