import type { Column } from '../../cells/columns.ts'
import type { KernelChoice } from '../../kernels/kernel.ts'
import type { StepResult } from '../../measure/alone.ts'
import type { ProductResult } from '../../measure/products.ts'

/** What was measured of a kernel. */
interface KernelRow<Result> {
  readonly runId: string
  readonly choice: KernelChoice
  /** GFLOP/s of the same instructions from register to register, in the same run; plain JavaScript has none. */
  readonly peak: number | undefined
  readonly result: Result
}

const KERNEL: readonly Column<KernelRow<unknown>>[] = [
  ['kernel', ({ choice }) => choice.name, 'js, simd, fma or fma256'],
  ['arithmetic', ({ choice }) => choice.arithmetic, 'how a multiply-add rounds: f32 twice, fma once'],
]

export const KERNELS_COLUMNS: readonly Column<KernelRow<ProductResult>>[] = [
  ['run_id', ({ runId }) => runId],
  ...KERNEL,
  ['form', ({ result }) => result.form, 'forward, input (its gradient) or weight (its gradient)'],
  ['m', ({ result }) => result.m, 'rows of the result'],
  ['n', ({ result }) => result.n, 'columns of the result'],
  ['k', ({ result }) => result.k, 'terms of each sum'],
  ['gflops', ({ result }) => result.gflops, 'of the fastest try'],
  ['share_of_peak', ({ result, peak }) => peak && result.gflops / peak, 'gflops / peak from register to register'],
  ['max_ulp', ({ result }) => result.maxUlp, 'largest difference from js, in float32 spacings'],
  ['match', ({ result }) => result.match, 'exact, close or different from js'],
]

export const STEPS_COLUMNS: readonly Column<KernelRow<StepResult> & { readonly model: string }>[] = [
  ['run_id', ({ runId }) => runId],
  ['model', ({ model }) => model, 'name of the model, with its batch'],
  ...KERNEL,
  ['median_us', ({ result }) => result.medianNs / 1e3, 'median step, in µs'],
  ['min_us', ({ result }) => result.minNs / 1e3, 'fastest step, in µs'],
  ['gflops', ({ result }) => result.flop / result.minNs, 'of the fastest step'],
  ['share_of_peak', ({ result, peak }) => peak && result.flop / result.minNs / peak, 'gflops / peak from register to register'],
] // prettier-ignore
