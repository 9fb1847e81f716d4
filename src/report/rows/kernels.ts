import { within, type Column } from '../../cells/columns.ts'
import type { KernelChoice } from '../../kernels/kernel.ts'
import type { StepResult } from '../../measure/alone.ts'
import type { ProductResult } from '../../measure/products.ts'

/** What a row about a kernel depends on. */
interface OfKernel {
  readonly runId: string
  readonly choice: KernelChoice
  /** GFLOP/s of the same instructions from register to register, in the same run; plain JavaScript has none. */
  readonly peak: number | undefined
}

export interface ProductRow extends OfKernel {
  readonly result: ProductResult
}

export interface StepRow extends OfKernel {
  readonly model: string
  readonly result: StepResult
}

const KERNEL: readonly Column<OfKernel>[] = [
  ['kernel', ({ choice }) => choice.name, 'js, simd, fma or fma256'],
  ['arithmetic', ({ choice }) => choice.arithmetic, 'how a multiply-add rounds: f32 twice, fma once'],
]

const shareOf = (gflops: number, peak: number | undefined): number | undefined =>
  peak === undefined ? undefined : gflops / peak

export const KERNELS_COLUMNS: readonly Column<ProductRow>[] = [
  ['run_id', ({ runId }) => runId],
  ...KERNEL,
  ['form', ({ result }) => result.form, 'forward, input (its gradient) or weight (its gradient)'],
  ['m', ({ result }) => result.m, 'rows of the result'],
  ['n', ({ result }) => result.n, 'columns of the result'],
  ['k', ({ result }) => result.k, 'terms of each sum'],
  ['gflops', ({ result }) => result.gflops, 'of the fastest try'],
  ['share_of_peak', ({ result, peak }) => shareOf(result.gflops, peak), 'gflops / peak from register to register'],
  ['max_ulp', ({ result }) => result.maxUlp, 'largest difference from js, in float32 spacings'],
  ['match', ({ result }) => result.match, 'exact, close or different from js'],
] // prettier-ignore

const gflopsOf = ({ flop, minNs }: StepResult): number => flop / minNs

export const STEPS_COLUMNS: readonly Column<StepRow>[] = [
  ['run_id', ({ runId }) => runId],
  ['model', ({ model }) => model, 'name of the model, with its batch'],
  ...within(KERNEL, (row: StepRow) => row),
  ['median_us', ({ result }) => result.medianNs / 1e3, 'median step, in µs'],
  ['min_us', ({ result }) => result.minNs / 1e3, 'fastest step, in µs'],
  ['gflops', ({ result }) => gflopsOf(result), 'of the fastest step'],
  ['share_of_peak', ({ result, peak }) => shareOf(gflopsOf(result), peak), 'gflops / peak from register to register'],
] // prettier-ignore
