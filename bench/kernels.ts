import { chooseKernel, KernelError, type ChosenKernel } from '../src/kernels/choose.ts'
import { FORMS, KERNELS, type KernelName } from '../src/kernels/kernel.ts'
import { defaultThreads } from '../src/cells/choose.ts'
import { MODELS } from '../src/cells/work.ts'
import { option, someOf } from '../src/cells/values.ts'
import { measureLimitsTogether, measureStep, type LimitsTogether } from '../src/measure/alone.ts'
import { disturbances, observe } from '../src/measure/machine/disturbance.ts'
import { measureProduct } from '../src/measure/products.ts'
import { stepFlop } from '../src/model/shape.ts'
import type { LayerProduct } from '../src/plan/read/work.ts'
import { appendTo } from '../src/report/rows/index.ts'
import { kernelLine, limitsLine, stepLine } from '../src/report/text/kernels.ts'
import { command } from './options/command.ts'
import { OUT } from './options/run-options.ts'
import { beginRun } from './run/run.ts'
import { openTerminal, type Terminal } from './run/terminal.ts'

const NAME = 'kernels'
const SIZES = [64, 128, 256, 512, 1024]
const QUICK_SIZES = [64, 256]
/** How long a product is timed, and how long a model is trained. */
const PRODUCT_MS = 100
const STEPS_MS = 1500
const QUICK_SHARE = 0.2
/** A kernel does not train a model whose steps would take longer than this. */
const LONGEST_STEP_MS = 2000

const KERNEL_OPTIONS = {
  kernel: option('--kernel <list>', `kernels: ${KERNELS.join(', ')}, or all (default: all that run)`, someOf(KERNELS)),
  quick: option('--quick', 'fewer sizes and shorter tries'),
  ...OUT,
}

/**
 * The arithmetic alone: how fast each kernel computes products and whole training steps on one thread, beside what the
 * machine can do at all. Varies: kernel, form, size. Fixed: one thread, the epilogues of training, SGD.
 */
export const kernels = command({
  name: NAME,
  summary: 'how fast the arithmetic is, on one thread',
  takes: [],
  own: KERNEL_OPTIONS,
  examples: ['kernels', 'kernels --kernel simd,fma256 --quick'],
  settle: (values) => values,
  async run(options, { cores, words }) {
    const share = options.quick ? QUICK_SHARE : 1
    const begun = await beginRun(options.out, NAME, words)
    const { folder } = begun
    const { explain } = openTerminal()
    const limits: Partial<Record<KernelName, readonly LimitsTogether[]>> = {}
    const before = await observe()
    let allWell = true

    for (const name of options.kernel ?? KERNELS) {
      const chosen = choose(name, options.kernel !== undefined, explain)
      if (!chosen) continue
      const { choice, gflops } = chosen

      const together = await measureLimitsTogether(choice, defaultThreads(cores))
      limits[name] = together
      for (const each of together) console.log(limitsLine(name, each))
      begun.describeMachine({ limits })
      const peak = together.find(({ threads }) => threads === 1)?.peakGflops

      for (const product of productsOf(options.quick ? QUICK_SIZES : SIZES, options.quick)) {
        const result = measureProduct(choice, product, PRODUCT_MS * share)
        allWell &&= result.match !== 'different'
        appendTo(folder, 'kernels.csv', [{ runId: folder.id, choice, peak, result }])
        console.log(kernelLine(name, result, peak))
      }

      for (const { name: modelName, model, batch } of MODELS) {
        if (stepFlop(model, batch) / (gflops * 1e6) > LONGEST_STEP_MS * share) continue
        const result = await measureStep(choice, model, batch, STEPS_MS * share, gflops)
        const row = { runId: folder.id, choice, peak, model: modelName, result }
        appendTo(folder, 'steps.csv', [row])
        console.log(stepLine(name, modelName, result, peak))
      }
    }
    const warnings = disturbances(before, await observe())
    for (const warning of warnings) explain(`warning: ${warning}`)
    begun.describeMachine({ limits, warnings })
    folder.release()
    explain('GFLOP/s of the fastest try; share of what the same instructions do from register to register')
    for (const file of ['kernels.csv', 'steps.csv', 'machine.json']) console.log(folder.file(file))
    return allWell
  },
})

/** A kernel that cannot run is an error only if it was asked for. */
function choose(name: KernelName, asked: boolean, explain: Terminal['explain']): ChosenKernel | undefined {
  try {
    return chooseKernel(name)
  } catch (error) {
    if (asked || !(error instanceof KernelError)) throw error
    explain(`skipped: ${error.message}`)
    return undefined
  }
}

/** Square products, and those of the models' layers in each of the three forms. */
function productsOf(sizes: readonly number[], quick: boolean): LayerProduct[] {
  const squares = sizes.flatMap((size) => FORMS.map((form): LayerProduct => ({ form, m: size, n: size, k: size })))
  const layers = MODELS.flatMap(({ model: { widths }, batch }) =>
    widths.slice(1).flatMap((outputs, layer) => {
      const inputs = widths[layer]
      const forward: LayerProduct = { form: 'forward', m: batch, n: outputs, k: inputs }
      const input: LayerProduct = { form: 'input', m: batch, n: inputs, k: outputs }
      const weight: LayerProduct = { form: 'weight', m: inputs, n: outputs, k: batch }
      return layer === 0 ? [forward, weight] : [forward, input, weight]
    }),
  )
  const all = quick ? squares : [...squares, ...layers]
  return [...new Map(all.map((product) => [Object.values(product).join(' '), product])).values()]
}
