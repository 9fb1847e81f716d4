import type { KernelChoice } from '../../kernels/kernel.ts'
import type { StepResult } from '../../measure/alone.ts'
import type { ProductResult } from '../../measure/products.ts'
import type { Row } from '../folder/csv.ts'

export const KERNELS_COLUMNS = [
  'run_id',
  'kernel',
  'arithmetic',
  'form',
  'm',
  'n',
  'k',
  'gflops',
  'share_of_peak',
  'max_ulp',
  'match',
]

export const STEPS_COLUMNS = [
  'run_id',
  'model',
  'kernel',
  'arithmetic',
  'median_us',
  'min_us',
  'gflops',
  'share_of_peak',
]

/** `peak` is the register-only rate of the same kernel in the same run; plain JavaScript has none. */
export const kernelRow = (
  runId: string,
  { name, arithmetic }: KernelChoice,
  { form, m, n, k, gflops, maxUlp, match }: ProductResult,
  peak: number | undefined,
): Row => ({
  run_id: runId,
  kernel: name,
  arithmetic,
  form,
  m,
  n,
  k,
  gflops,
  share_of_peak: peak === undefined ? undefined : gflops / peak,
  max_ulp: maxUlp,
  match,
})

/** GFLOP/s and share are those of the fastest step. */
export function stepRow(
  runId: string,
  { name, arithmetic }: KernelChoice,
  model: string,
  { medianNs, minNs, flop }: StepResult,
  peak: number | undefined,
): Row {
  const gflops = flop / minNs
  return {
    run_id: runId,
    model,
    kernel: name,
    arithmetic,
    median_us: medianNs / 1e3,
    min_us: minNs / 1e3,
    gflops,
    share_of_peak: peak === undefined ? undefined : gflops / peak,
  }
}
