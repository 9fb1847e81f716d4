import type { Hyperparameters, Kernel, Matrix } from '../kernels/kernel.ts'
import { activationOf } from '../model/shape.ts'
import { slotFloats, strideOf } from '../plan/read/bytes.ts'
import { signalsOf } from '../plan/effects.ts'
import { updatesAtOnce } from '../plan/read/work.ts'
import type {
  BackwardInput,
  BackwardWeight,
  Forward,
  Instruction,
  LossGradient,
  Plan,
  Region,
  Send,
  Take,
  Update,
} from '../plan/plan.ts'
import { length, type Span } from '../plan/span.ts'
import type { Mailbox } from './mailbox.ts'
import { copyIn, copyOut, movesWithBatch, type Placement } from './memory.ts'
import { bindSignals, createFrame, publishesPerStep, type Frame, type SignalBinding } from './signals.ts'

/** A matrix that lies in another place for each batch. */
interface MovingMatrix {
  readonly matrix: Matrix
  /** Floats: where it lies for batch 0, and from there to the next batch's. */
  readonly first: number
  readonly distance: number
}

export interface BoundProgram {
  /** One call per instruction, with everything looked up beforehand: a step allocates nothing. */
  readonly actions: readonly Action[]
  readonly moving: readonly MovingMatrix[]
  readonly frame: Frame
}

type Action = () => void

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

/** A binding with what all instructions of the program share. */
interface Scope extends Binding, SignalBinding {
  readonly floats: Float32Array
  readonly frame: Frame
  /** A region, or some of its rows, as an operand of the kernel. */
  readonly matrix: (region: Region, rows?: Span) => Matrix
}

/** Turns a rank's program into calls of the kernel and of the counters. */
export function bind(binding: Binding): BoundProgram {
  const { plan, placement } = binding
  const moving: MovingMatrix[] = []
  const frame = createFrame()
  const scope: Scope = {
    ...binding,
    frame,
    perStep: publishesPerStep(plan),
    floats: new Float32Array(binding.memory.buffer),
    matrix({ buffer: index, slot, rows: all, columns }, rows = all) {
      const buffer = plan.buffers[index]
      const stride = strideOf(buffer)
      const offset = placement[index] + slot * slotFloats(buffer) + rows.from * stride + columns.from
      const matrix = { offset, rows: length(rows), columns: length(columns), stride }
      if (movesWithBatch(buffer)) moving.push({ matrix, first: offset, distance: slotFloats(buffer) })
      return matrix
    },
  }
  return { actions: plan.programs[binding.rank].map((_, index) => action(scope, index)), moving, frame }
}

function action(scope: Scope, index: number): Action {
  const { plan, kernel, matrix } = scope
  const program = plan.programs[scope.rank]
  const instruction: Instruction = program[index]
  switch (instruction.op) {
    case 'forward':
      return forward(instruction, scope)
    case 'loss':
      return loss(instruction, scope)
    case 'pack': {
      const w = matrix(instruction.weights)
      const packed = matrix(instruction.packed)
      return () => kernel.pack(w, packed)
    }
    case 'backward-input':
      return backwardInput(instruction, scope)
    case 'backward-weight': {
      const next = program[index + 1]
      return backwardWeight(instruction, updatesAtOnce(plan, instruction, next) ? next : undefined, scope)
    }
    case 'send':
      return send(instruction, scope)
    case 'take':
      return take(instruction, scope)
    case 'reduce': {
      const sources = instruction.sources.map((source) => matrix(source))
      const target = matrix(instruction.target)
      return () => kernel.sum(sources, target)
    }
    case 'update':
      return updatesAtOnce(plan, program[index - 1], instruction) ? () => {} : update(instruction, scope)
    default:
      // The barrier that ends a step also starts the run: it is one step ahead.
      return bindSignals(signalsOf(instruction), scope, index === program.length - 1 ? 1 : 0)
  }
}

function forward(instruction: Forward, { plan: { model }, kernel, matrix }: Scope): Action {
  const { layer, input, weights, output } = instruction
  const bias = model.widths[layer]
  const x = matrix(input)
  const w = matrix(weights, { from: 0, to: bias })
  const b = matrix(weights, { from: bias, to: bias + 1 })
  const y = matrix(output)
  const activation = activationOf(model, layer)
  return () => kernel.forward(x, w, b, y, activation)
}

function loss(instruction: LossGradient, { plan: { model, batch }, kernel, matrix }: Scope): Action {
  const y = matrix(instruction.output)
  const labels = matrix(instruction.labels)
  const dy = matrix(instruction.delta)
  const losses = matrix(instruction.losses)
  const scale = Math.fround(1 / batch)
  return () => kernel.loss(model.loss, y, labels, dy, losses, scale)
}

function backwardInput(instruction: BackwardInput, { plan: { model }, kernel, matrix }: Scope): Action {
  const { layer, delta, weights, packed, input, result } = instruction
  const dy = matrix(delta)
  const w = matrix(weights)
  const x = matrix(input)
  const dx = matrix(result)
  const activation = activationOf(model, layer - 1)
  const kept = packed && matrix(packed)
  return () => kernel.backwardInput(dy, w, x, dx, activation, kept)
}

/** If the update follows at once, the gradient need not be stored: it goes from the registers into the weights. */
function backwardWeight(instruction: BackwardWeight, next: Update | undefined, scope: Scope): Action {
  const { kernel, hyper, matrix } = scope
  const { accumulated, gradient } = instruction
  const dy = matrix(instruction.delta)
  const x = matrix(instruction.input)
  const [dw, db, hasBias] = splitBias(gradient, instruction, scope)
  const accumulate = length(accumulated) > 0
  if (!next) {
    return () => {
      kernel.backwardWeight(x, dy, dw, accumulate)
      if (hasBias) kernel.backwardBias(dy, db, accumulate)
    }
  }
  const [w, b] = splitBias(next.weights, instruction, scope)
  return () => {
    kernel.backwardWeightSgd(x, dy, dw, w, accumulate, hyper)
    if (hasBias) {
      kernel.backwardBias(dy, db, accumulate)
      kernel.sgd(b, db, hyper)
    }
  }
}

/** A region of weights or gradients without its bias, the bias (no row if it has none), and whether it has one. */
function splitBias(
  region: Region,
  { layer, rows }: BackwardWeight,
  { plan, matrix }: Scope,
): [Matrix, Matrix, boolean] {
  const hasBias = rows.to > plan.model.widths[layer]
  const { from, to } = region.rows
  const bias = hasBias ? to - 1 : to
  return [matrix(region, { from, to: bias }), matrix(region, { from: bias, to }), hasBias]
}

function send({ source, message, by }: Send, { plan, floats, mailbox, matrix }: Scope): Action {
  const from = matrix(source)
  const consumer = plan.buffers[message.buffer].owner
  return () => mailbox.post(consumer, message.buffer, copyOut(floats, from), by === 'transfer')
}

function take({ message, target }: Take, { plan, floats, mailbox, matrix }: Scope): Action {
  const to = matrix(target)
  const producer = plan.programs.findIndex((other) =>
    other.some((each) => each.op === 'send' && each.message.buffer === message.buffer),
  )
  return () => copyIn(floats, to, mailbox.take(producer, message.buffer))
}

function update(instruction: Update, { plan, kernel, hyper, frame, matrix }: Scope): Action {
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
