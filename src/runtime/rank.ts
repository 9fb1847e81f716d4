import { getHeapStatistics } from 'node:v8'
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
import type { Answers, EnrolOrder, Kind, Order, StepsOrder } from './orders.ts'
import { pinThread } from './pin.ts'
import { timeSignals } from './signal-times.ts'

/** What a thread keeps from order to order. */
interface Seat extends Omit<EnrolOrder, 'kernel'> {
  readonly choice: KernelChoice
  /** One kernel for all orders: V8 compiles it once, and later it allocates nothing. */
  readonly kernel: Kernel
  readonly mailbox: Mailbox
  readonly spinRate: number
  /** The rank's own line. */
  readonly line: Int32Array
  prepared?: { readonly order: StepsOrder; readonly bound: readonly BoundProgram[] }
}

/** @returns what a worker exports: a function that takes the orders */
export function createRank(kernelOf: (choice: KernelChoice) => KernelFactory) {
  let seat: Seat | undefined
  return (order: Order): Answers[Kind] => {
    if (order.kind === 'enrol') {
      // Before the first touch of its memory.
      const unpinned = order.cpu === undefined ? undefined : pinThread(order.cpu)
      seat = takeSeat(order, kernelOf(order.kernel))
      return unpinned
    }
    if (!seat) throw new Error('an order came before the enrolment')
    // A range is part of some other rank's program and keeps that rank's line.
    if (order.kind === 'range') return carryOut(seat, order)
    const { line } = seat
    line[TICKET] = order.ticket
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
  return {
    ...order,
    choice: order.kernel,
    kernel,
    mailbox: createMailbox(ports),
    spinRate: spinsPerMicrosecond(),
    line: lineOf(control, rank),
  }
}

type Job = Exclude<Kind, 'enrol'>

const carryOut = <K extends Job>(seat: Seat, order: Order<K>): Answers[K] => jobs[order.kind](seat, order)

/** What a rank does, by kind of the order. */
const jobs: { readonly [K in Job]: (seat: Seat, order: Order<K>) => Answers[K] } = {
  steps(seat, order) {
    const { rank, line } = seat
    if (rank >= order.plan.programs.length) return undefined
    const bound = bindRank(seat, rank, order, order.spinMicroseconds)
    const timings = interpret(bound, order.steps, betasOf(order.hyper), line, {
      clock,
      heapUsed: () => getHeapStatistics().used_heap_size,
      cpuMs,
    })
    return { ...timings, rank, threadId }
  },

  prepare(seat, order) {
    const bound = order.plan.programs.map((_, rank) => bindRank(seat, rank, order, order.spinMicroseconds))
    seat.prepared = { order, bound }
    return undefined
  },

  range({ control, prepared }, { range, step }) {
    const { order, bound } = prepared!
    const line = lineOf(control, range.rank)
    line[INSTRUCTION] = range.from
    line[STEP] = step
    const marks = runRange(bound[range.rank], range, order.steps, step, betasOf(order.hyper), clock)
    line[STEP] = NONE
    return { marks, threadId }
  },

  limits({ rank, choice: { name, module }, line }, { ranks, startAt, milliseconds }) {
    if (rank >= ranks || name === 'js' || !module) return undefined
    line[STEP] = 0
    return measureLimits(name, module, startAt, milliseconds)
  },

  calibrate(seat, order) {
    const { rank, memory, control, line } = seat
    if ((order.instructions[rank] ?? []).length === 0) return undefined
    const floats = new Float32Array(memory.buffer)
    const shared = { floats, counters: control.counters, line, clock }
    return { rank, times: calibrate(order, rank, bindRank(seat, rank, order, 0), shared) }
  },

  signals(seat, { what, plan, block, spinMicroseconds }) {
    const { rank, control, line, spinRate } = seat
    if (rank >= plan.programs.length) return undefined
    const spins = Math.round(spinMicroseconds * spinRate)
    const side = { plan, rank, spins, counters: control.counters, line, ...(block ? { block } : {}) }
    return { rank, times: timeSignals(what, side) }
  },
}

const bindRank = (
  { memory, kernel, mailbox, control: { counters }, spinRate }: Seat,
  rank: number,
  { plan, placement, hyper }: Pick<StepsOrder, 'plan' | 'placement' | 'hyper'>,
  spinMicroseconds: number,
): BoundProgram => {
  const spins = Math.round(spinMicroseconds * spinRate)
  return bind({ plan, rank, placement, memory, kernel, mailbox, hyper, counters, spins })
}

const betasOf = ({ beta1, beta2 }: Hyperparameters): [number, number] => [Math.fround(beta1), Math.fround(beta2)]

const clock = () => performance.now()

/** Node 23.9 and later tell how much processor time a thread has used. */
function cpuMs(): number | undefined {
  const usage: (() => { user: number; system: number }) | undefined = Reflect.get(process, 'threadCpuUsage')
  if (!usage) return undefined
  const { user, system } = usage.call(process)
  return (user + system) / 1000
}

export default createRank(createKernel)
