import type { Hyperparameters, Kernel, Matrix } from '../kernels/kernel.ts'
import { activationOf } from '../model/shape.ts'
import { signalsOf } from '../plan/effects.ts'
import type { BackwardWeight, Region, Update } from '../plan/plan.ts'
import { slotFloats } from '../plan/read/bytes.ts'
import { updatesAtOnce } from '../plan/read/work.ts'
import { length, type Span } from '../plan/span.ts'
import type { Mailbox } from './mailbox.ts'
import { copyIn, copyOut, matrixOf, movesWithBatch } from './memory.ts'
import type { Part } from './part.ts'
import { bindSignals, createFrame, type Frame } from './signals.ts'

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
  /** Adam's, rounded to float32. */
  readonly betas: readonly [number, number]
}

type Action = () => void

export interface Binding {
  readonly part: Part
  readonly memory: WebAssembly.Memory
  readonly kernel: Kernel
  readonly mailbox: Mailbox
  readonly hyper: Hyperparameters
  readonly counters: Int32Array
  /** How often a wait looks at its counter before it sleeps. */
  readonly spins: number
}

/** A binding with what all instructions of the program share. */
interface Scope extends Binding {
  readonly floats: Float32Array
  readonly frame: Frame
  /** A region, or some of its rows, as an operand of the kernel. */
  readonly matrix: (region: Region, rows?: Span) => Matrix
}

/** Turns a rank's program into calls of the kernel and of the counters. */
export function bind(binding: Binding): BoundProgram {
  const { part, memory, hyper } = binding
  const moving: MovingMatrix[] = []
  const frame = createFrame()
  const matrix = (region: Region, rows = region.rows) => {
    const buffer = part.buffers.get(region.buffer)!
    const found = matrixOf(buffer.at, buffer, { ...region, rows })
    if (movesWithBatch(buffer)) moving.push({ matrix: found, first: found.offset, distance: slotFloats(buffer) })
    return found
  }
  const scope = { ...binding, frame, floats: new Float32Array(memory.buffer), matrix }
  return {
    actions: part.program.map((_, index) => action(scope, index)),
    moving,
    frame,
    betas: [Math.fround(hyper.beta1), Math.fround(hyper.beta2)],
  }
}

function action(scope: Scope, index: number): Action {
  const { part, kernel, mailbox, floats, matrix } = scope
  const { model, program, buffers } = part
  const instruction = program[index]
  switch (instruction.op) {
    case 'forward': {
      const { layer, input, weights, output } = instruction
      const bias = model.widths[layer]
      const x = matrix(input)
      const w = matrix(weights, { from: 0, to: bias })
      const b = matrix(weights, { from: bias, to: bias + 1 })
      const y = matrix(output)
      const activation = activationOf(model, layer)
      return () => kernel.forward(x, w, b, y, activation)
    }
    case 'loss': {
      const y = matrix(instruction.output)
      const labels = matrix(instruction.labels)
      const dy = matrix(instruction.delta)
      const losses = matrix(instruction.losses)
      const scale = Math.fround(1 / part.batch)
      return () => kernel.loss(model.loss, y, labels, dy, losses, scale)
    }
    case 'pack': {
      const w = matrix(instruction.weights)
      const packed = matrix(instruction.packed)
      return () => kernel.pack(w, packed)
    }
    case 'backward-input': {
      const dy = matrix(instruction.delta)
      const w = matrix(instruction.weights)
      const x = matrix(instruction.input)
      const dx = matrix(instruction.result)
      const activation = activationOf(model, instruction.layer - 1)
      const packed = instruction.packed && matrix(instruction.packed)
      return () => kernel.backwardInput(dy, w, x, dx, activation, packed)
    }
    case 'backward-weight': {
      const next = program[index + 1]
      return backwardWeight(instruction, updatesAtOnce(part, instruction, next) ? next : undefined, scope)
    }
    case 'send': {
      const from = matrix(instruction.source)
      const { buffer } = instruction.message
      const { owner } = buffers.get(buffer)!
      const transfer = instruction.by === 'transfer'
      return () => mailbox.post(owner, buffer, copyOut(floats, from), transfer)
    }
    case 'take': {
      const to = matrix(instruction.target)
      const { buffer } = instruction.message
      const sender = buffers.get(buffer)!.sender!
      return () => copyIn(floats, to, mailbox.take(sender, buffer))
    }
    case 'reduce': {
      const sources = instruction.sources.map((source) => matrix(source))
      const target = matrix(instruction.target)
      return () => kernel.sum(sources, target)
    }
    case 'update':
      return updatesAtOnce(part, program[index - 1], instruction) ? () => {} : update(instruction, scope)
    default:
      // The barrier that ends a step also starts the run: it is one step ahead.
      return bindSignals(
        signalsOf(instruction),
        { ...scope, perStep: part.perStep },
        index === program.length - 1 ? 1 : 0,
      )
  }
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
  { part, matrix }: Scope,
): [Matrix, Matrix, boolean] {
  const hasBias = rows.to > part.model.widths[layer]
  const { from, to } = region.rows
  const bias = hasBias ? to - 1 : to
  return [matrix(region, { from, to: bias }), matrix(region, { from: bias, to }), hasBias]
}

function update(instruction: Update, { part, kernel, hyper, frame, matrix }: Scope): Action {
  const w = matrix(instruction.weights)
  const gradient = matrix(instruction.gradient)
  const [first, second] = instruction.state.map((region) => matrix(region))
  switch (part.optimizer) {
    case 'sgd':
      return () => kernel.sgd(w, gradient, hyper)
    case 'momentum':
      return () => kernel.momentum(w, gradient, first, hyper)
    case 'adam':
      return () => kernel.adam(w, gradient, first, second, hyper, frame.powers[0], frame.powers[1])
  }
}
