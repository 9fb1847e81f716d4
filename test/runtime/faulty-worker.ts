import { js } from '../../src/kernels/js/js.ts'
import type { KernelFactory } from '../../src/kernels/kernel.ts'
import { createRank } from '../../src/runtime/rank.ts'

/** A kernel that trains properly until some loss is computed, which only the rank of the last stage does. */
const faulty =
  (fault: () => void): KernelFactory =>
  (memory) => {
    const kernel = js(memory)
    let losses = 0
    return {
      ...kernel,
      loss(...operands) {
        if (++losses === 3) fault()
        kernel.loss(...operands)
      },
    }
  }

const faults: Readonly<Record<string, KernelFactory>> = {
  throw: faulty(() => {
    throw new TypeError('the loss is lost')
  }),
  exit: faulty(() => process.exit(7)),
  'out-of-memory': faulty(() => {
    // Large pieces: the collector would otherwise be asked so often that it looks like a stall.
    const hoard: unknown[] = []
    for (;;) hoard.push(Array.from({ length: 1_000_000 }, Math.random))
  }),
  stall: faulty(() => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }),
  spin: faulty(() => {
    for (;;);
  }),
}

/** The name of the kernel is the name of the fault. */
export default createRank(({ name }) => faults[name])
