import type { Hyperparameters, Kernel, Matrix } from '../kernels/kernel.ts'
import { activationOf } from '../model/shape.ts'
import { slotFloats, strideOf } from '../plan/read/bytes.ts'
import { signalsOf } from '../plan/effects.ts'
import { updatesAtOnce } from '../plan/read/work.ts'
import type { BackwardWeight, Forward, Instruction, Plan, Region, Signal, Update } from '../plan/plan.ts'
import { length, type Span } from '../plan/span.ts'
import { awaitCounter, COUNTER_CELLS, publish } from './counter.ts'
import type { Mailbox } from './mailbox.ts'
import { copyIn, copyOut, movesWithBatch, type Placement } from './memory.ts'

/** What changes from step to step; every bound instruction reads it. */
export interface Frame {
  /** Steps since the counters were zero. The barrier that ends step −1 is the one that starts the run. */
  step: number
  /** Adam's running products β₁ᵗ and β₂ᵗ. */
  readonly powers: Float64Array
}

/** A matrix that lies in another place for each batch. */
interface MovingMatrix {
  readonly matrix: Matrix
  readonly first: number
  readonly distance: number
}

export interface BoundProgram {
  /** One call per instruction, with everything looked up beforehand: a step allocates nothing. */
  readonly actions: readonly (() => void)[]
  readonly moving: readonly MovingMatrix[]
  readonly frame: Frame
}

export interface Binding {
  readonly plan: Plan
  readonly rank: number
  readonly placement: Placement
  readonly memory: WebAssembly.Memory
  readonly kernel: Kernel
  readonly mailbox: Mailbox
  readonly hyper: Hyperparameters
  readonly counters: Int32Array
  /** How often a wait looks at its counter before it sleeps. */
  readonly spins: number
}

/** Turns a rank's program into calls of the kernel and of the counters. */
export function bind(binding: Binding): BoundProgram {
  const { plan, rank, placement, kernel, hyper, mailbox } = binding
  const floats = new Float32Array(binding.memory.buffer)
  const { model } = plan
  const frame: Frame = { step: 0, powers: new Float64Array([1, 1]) }
  const moving: MovingMatrix[] = []
  const scale = Math.fround(1 / plan.batch)
  const perStep = publishesPerStep(plan)
  const program = plan.programs[rank]

  const matrix = (region: Region, rows: Span = region.rows, columns: Span = region.columns): Matrix => {
    const buffer = plan.buffers[region.buffer]
    const stride = strideOf(buffer)
    const slot = placement[region.buffer] + region.slot * slotFloats(buffer)
    const offset = slot + rows.from * stride + columns.from
    const bound = { offset, rows: length(rows), columns: length(columns), stride }
    if (movesWithBatch(buffer)) moving.push({ matrix: bound, first: offset, distance: slotFloats(buffer) })
    return bound
  }

  const forward = ({ layer, input, weights, output }: Forward): (() => void) => {
    const bias = model.widths[layer]
    const x = matrix(input)
    const w = matrix(weights, { from: 0, to: bias })
    const b = matrix(weights, { from: bias, to: bias + 1 })
    const y = matrix(output)
    const activation = activationOf(model, layer)
    return () => kernel.forward(x, w, b, y, activation)
  }

  /** If the update follows at once, the gradient need not be stored: it goes from the registers into the weights. */
  const backwardWeight = (instruction: BackwardWeight, then?: Update): (() => void) => {
    const { layer, accumulated, input, delta, rows, gradient } = instruction
    const bias = model.widths[layer]
    const hasBias = rows.to > bias
    /** The rows of a region that holds the instruction's rows: those of weights, and the bias. */
    const weightRows = ({ rows: { from, to } }: Region) => ({ from, to: hasBias ? to - 1 : to })
    const biasRow = ({ rows: { to } }: Region) => ({ from: hasBias ? to - 1 : to, to })
    const dy = matrix(delta)
    const x = matrix(input)
    const dw = matrix(gradient, weightRows(gradient))
    const db = matrix(gradient, biasRow(gradient))
    const accumulate = length(accumulated) > 0
    if (!then) {
      return () => {
        kernel.backwardWeight(x, dy, dw, accumulate)
        if (hasBias) kernel.backwardBias(dy, db, accumulate)
      }
    }
    const w = matrix(then.weights, weightRows(then.weights))
    const b = matrix(then.weights, biasRow(then.weights))
    return () => {
      kernel.backwardWeightSgd(x, dy, dw, w, accumulate, hyper)
      if (hasBias) {
        kernel.backwardBias(dy, db, accumulate)
        kernel.sgd(b, db, hyper)
      }
    }
  }

  const update = (instruction: Update): (() => void) => {
    const w = matrix(instruction.weights)
    const gradient = matrix(instruction.gradient)
    const [first, second] = instruction.state.map((region) => matrix(region))
    switch (plan.optimizer) {
      case 'sgd':
        return () => kernel.sgd(w, gradient, hyper)
      case 'momentum':
        return () => kernel.momentum(w, gradient, first, hyper)
      case 'adam':
        return () => kernel.adam(w, gradient, first, second, hyper, frame.powers[0], frame.powers[1])
    }
  }

  /** `ahead`: the barrier at the end of a step counts one step more, since it has also started the run. */
  const synchronise = (signals: readonly Signal[], ahead: number): (() => void) => {
    const { counters, spins } = binding
    const bound = signals.map((signal) => {
      const at = signal.counter * COUNTER_CELLS
      if (signal.kind === 'publish') return () => publish(counters, at)
      const { atLeast } = signal
      const each = perStep[signal.counter]
      return () => awaitCounter(counters, at, (frame.step + ahead) * each + atLeast, spins)
    })
    if (bound.length === 1) return bound[0]
    return () => {
      for (const call of bound) call()
    }
  }

  const action = (instruction: Instruction, index: number): (() => void) => {
    switch (instruction.op) {
      case 'forward':
        return forward(instruction)
      case 'loss': {
        const y = matrix(instruction.output)
        const labels = matrix(instruction.labels)
        const dy = matrix(instruction.delta)
        const losses = matrix(instruction.losses)
        return () => kernel.loss(model.loss, y, labels, dy, losses, scale)
      }
      case 'pack': {
        const w = matrix(instruction.weights)
        const packed = matrix(instruction.packed)
        return () => kernel.pack(w, packed)
      }
      case 'backward-input': {
        const { layer, delta, weights, packed, input, result } = instruction
        const dy = matrix(delta)
        const w = matrix(weights)
        const x = matrix(input)
        const dx = matrix(result)
        const activation = activationOf(model, layer - 1)
        const kept = packed && matrix(packed)
        return () => kernel.backwardInput(dy, w, x, dx, activation, kept)
      }
      case 'backward-weight': {
        const next = program[index + 1]
        return backwardWeight(instruction, updatesAtOnce(plan, instruction, next) ? next : undefined)
      }
      case 'send': {
        const { source, message, by } = instruction
        const from = matrix(source)
        const consumer = plan.buffers[message.buffer].owner
        return () => mailbox.post(consumer, message.buffer, copyOut(floats, from), by === 'transfer')
      }
      case 'take': {
        const { message, target } = instruction
        const to = matrix(target)
        const producer = plan.programs.findIndex((other) =>
          other.some((each) => each.op === 'send' && each.message.buffer === message.buffer),
        )
        return () => copyIn(floats, to, mailbox.take(producer, message.buffer))
      }
      case 'reduce': {
        const sources = instruction.sources.map((source) => matrix(source))
        const target = matrix(instruction.target)
        return () => kernel.sum(sources, target)
      }
      case 'update': {
        const before = program[index - 1]
        if (updatesAtOnce(plan, before, instruction)) return () => {}
        return update(instruction)
      }
      default:
        return synchronise(signalsOf(instruction), index === program.length - 1 ? 1 : 0)
    }
  }

  return { actions: program.map(action), moving, frame }
}

/** How often each counter is published in one step. */
function publishesPerStep(plan: Plan): number[] {
  const times = plan.counters.map(() => 0)
  for (const instruction of plan.programs.flat()) {
    for (const signal of signalsOf(instruction)) if (signal.kind === 'publish') times[signal.counter]++
  }
  return times
}
