import { threadId } from 'node:worker_threads'
import { createKernel } from '../kernels/choose.ts'
import type { Hyperparameters, Kernel, KernelChoice, KernelFactory } from '../kernels/kernel.ts'
import { measureLimits } from '../kernels/wasm/measure-limits.ts'
import { bind, type BoundProgram } from './bind.ts'
import { calibrate } from './calibrate.ts'
import { INSTRUCTION, lineOf, NONE, STEP, TICKET } from './control.ts'
import { spinsPerMicrosecond } from './counter.ts'
import { runRange } from './dispatch.ts'
import { interpret } from './interpret.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import type { Answer, EnrolOrder, Kind, Order, Sent, StepsOrder } from './orders.ts'
import { unpack, type Part } from './part.ts'
import { pinThread } from './pin.ts'
import { timeSignals } from './signal-times.ts'

/** What a thread keeps from order to order. */
interface Seat extends EnrolOrder {
  /** One kernel for all orders: V8 compiles it once, and later it allocates nothing. */
  readonly kernel: Kernel
  readonly mailbox: Mailbox
  readonly spinRate: number
  /** The rank's own line. */
  readonly line: Int32Array
  prepared?: { readonly order: Sent<StepsOrder>; readonly bound: readonly BoundProgram[] }
}

/** @returns what a worker exports: a function that takes the orders */
export function createRank(kernelOf: (choice: KernelChoice) => KernelFactory) {
  let seat: Seat | undefined
  return (order: Order): Answer => {
    if (order.kind === 'enrol') {
      // Before the first touch of its memory.
      const unpinned = order.cpu === undefined ? undefined : pinThread(order.cpu)
      seat = takeSeat(order, kernelOf(order.choice))
      return unpinned
    }
    if (!seat) throw new Error('an order came before the enrolment')
    // A range is part of some other rank's program and keeps that rank's line.
    if (order.kind === 'range') return carryOut(seat, order)
    const { line } = seat
    line[TICKET] = order.ticket!
    const answer = carryOut(seat, order)
    line[STEP] = NONE
    return answer
  }
}

function takeSeat(order: EnrolOrder, factory: KernelFactory): Seat {
  const { rank, memory, region, control, ports } = order
  const kernel = factory(memory, region.from)
  // The first touch decides where a page lies and takes most of the time: it comes before any measurement.
  new Float32Array(memory.buffer).fill(0, region.from, region.to)
  const mailbox = createMailbox(ports)
  return { ...order, kernel, mailbox, spinRate: spinsPerMicrosecond(), line: lineOf(control, rank) }
}

type Job = Exclude<Kind, 'enrol'>

const carryOut = <K extends Job>(seat: Seat, order: Order<K>): Answer<K> => jobs[order.kind](seat, order)

/** What a rank does, by kind of the order. */
const jobs: { readonly [K in Job]: (seat: Seat, order: Order<K>) => Answer<K> } = {
  steps(seat, { parts, steps, hyper, spinMicroseconds }) {
    const { rank, line } = seat
    if (rank >= parts.length) return undefined
    const bound = bindPart(seat, unpack(parts[rank]), hyper, spinMicroseconds)
    return { ...interpret(bound, steps, line), rank, threadId }
  },

  prepare(seat, order) {
    const bound = order.parts.map((part) => bindPart(seat, unpack(part), order.hyper, order.spinMicroseconds))
    seat.prepared = { order, bound }
    return undefined
  },

  range({ control, prepared }, { range, step }) {
    const { order, bound } = prepared!
    const line = lineOf(control, range.rank)
    line[INSTRUCTION] = range.from
    line[STEP] = step
    const marks = runRange(bound[range.rank], range, order.steps, step)
    line[STEP] = NONE
    return { marks, threadId }
  },

  limits({ rank, choice: { name, module }, line }, { ranks, startAt, milliseconds }) {
    if (rank >= ranks || name === 'js' || !module) return undefined
    line[STEP] = 0
    return measureLimits(name, module, startAt, milliseconds)
  },

  calibrate(seat, { parts, hyper, ...order }) {
    const { rank, memory, control, line } = seat
    if (!order.instructions[rank]?.length) return undefined
    const part = unpack(parts[rank])
    const bound = bindPart(seat, part, hyper, 0)
    const floats = new Float32Array(memory.buffer)
    const side = { ...order, rank, part, bound, floats, counters: control.counters, line }
    return { rank, times: calibrate(side) }
  },

  signals({ rank, control, line, spinRate }, { parts, what, block, spinMicroseconds }) {
    if (rank >= parts.length) return undefined
    const spins = Math.round(spinMicroseconds * spinRate)
    const side = { part: unpack(parts[rank]), rank, spins, counters: control.counters, line, ...(block && { block }) }
    return { rank, times: timeSignals(what, side) }
  },
}

function bindPart(seat: Seat, part: Part, hyper: Hyperparameters, spinMicroseconds: number): BoundProgram {
  const { memory, kernel, mailbox, control, spinRate } = seat
  const spins = Math.round(spinMicroseconds * spinRate)
  return bind({ part, memory, kernel, mailbox, hyper, counters: control.counters, spins })
}

export default createRank(createKernel)
