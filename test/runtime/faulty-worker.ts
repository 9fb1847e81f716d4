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

function stall(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

const faults: Readonly<Record<string, KernelFactory>> = {
  throw: faulty(() => {
    throw new TypeError('the loss is lost')
  }),
  exit: faulty(() => process.exit(7)),
  'out-of-memory': faulty(() => {
    // Copies of a large piece fill the heap in few collections.
    const piece = Array.from({ length: 1_000_000 }, Math.random)
    for (const hoard: unknown[] = []; ;) hoard.push(piece.slice())
  }),
  stall: faulty(stall),
  spin: faulty(() => {
    for (;;);
  }),
}

const carryOut = createRank(({ name }) => faults[name])

/** The name of the kernel is the name of the fault. Where limits are measured, the faulty thread stalls. */
export default (order: Parameters<typeof carryOut>[0]) => {
  if ((order.kind === 'peak' || order.kind === 'bandwidths') && order.ticket === 1) stall()
  return carryOut(order)
}
