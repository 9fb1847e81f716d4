import { js } from '../../src/kernels/js/js.ts'
import { initialParameters } from '../../src/model/initialise.ts'
import { random } from '../../src/model/random.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { signalsOf } from '../../src/plan/effects.ts'
import { walk } from '../../src/plan/read/walk.ts'
import { bind } from '../../src/runtime/bind.ts'
import type { Mailbox } from '../../src/runtime/mailbox.ts'
import { beginStep } from '../../src/runtime/interpret.ts'
import { allocate, layOut, readRows, writeRows } from '../../src/runtime/memory.ts'
import { partsOf } from '../../src/runtime/part.ts'

const HYPER = { learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

/**
 * Trains by a plan without threads: every rank's instructions with the real kernel, in an order that threads might
 * take. Gives each weights buffer's final content, layer by layer, replica by replica.
 */
export function trainInOneThread(plan: Plan, steps: number, batches = 2): Float32Array[][] {
  const layout = layOut([plan], batches)
  const memory = allocate(layout)
  const floats = new Float32Array(memory.buffer)
  const [placement] = layout.placements
  const parameters = initialParameters(plan.model, 5)
  const source = random(7)
  plan.buffers.forEach((buffer, index) => {
    const rows = batches * plan.batch
    if (buffer.role === 'weights') writeRows(floats, placement[index], buffer, parameters[buffer.layer])
    if (buffer.role === 'features') {
      const values = Float32Array.from({ length: rows * buffer.columns }, () => source.normal())
      writeRows(floats, placement[index], buffer, values)
    }
    if (buffer.role === 'labels') {
      const classes = plan.model.widths.at(-1)!
      const values = Float32Array.from({ length: rows }, () => source.below(classes))
      writeRows(floats, placement[index], buffer, values)
    }
  })

  const counters = new Int32Array(0)
  const posted = new Map<number, Float32Array[]>()
  const mailbox: Mailbox = {
    post: (_, buffer, values) => posted.set(buffer, [...(posted.get(buffer) ?? []), values]),
    take: (_, buffer) => posted.get(buffer)!.shift()!,
  }
  const bound = partsOf({ plan, placement }).map((part) =>
    bind({ part, memory, kernel: js(memory), mailbox, hyper: HYPER, counters, spins: 0 }),
  )
  for (let step = 0; step < steps; step++) {
    for (const program of bound) beginStep(program, { done: 0, batches }, step)
    walk(plan, {
      instruction(rank, index, instruction) {
        if (signalsOf(instruction).length === 0 && instruction.op !== 'barrier') bound[rank].actions[index]()
      },
      published() {},
      awaited() {},
    })
  }
  return parameters.map((_, layer) =>
    plan.buffers.flatMap((buffer, index) =>
      buffer.role === 'weights' && buffer.layer === layer
        ? [readRows(floats, placement[index], buffer, buffer.rows)]
        : [],
    ),
  )
}
