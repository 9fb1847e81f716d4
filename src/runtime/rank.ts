import { threadId } from 'node:worker_threads'
import { createKernel } from '../kernels/choose.ts'
import type { Hyperparameters, Kernel, KernelChoice, KernelFactory } from '../kernels/kernel.ts'
import {
  measureBandwidths,
  measurePeak,
  type Bandwidths,
  type Meet,
  type PeakWindows,
} from '../kernels/wasm/measure-limits.ts'
import { bind, type BoundProgram } from './bind.ts'
import { calibrate, type CalibrationOrder } from './calibrate.ts'
import { INSTRUCTION, lineOf, NONE, STEP, TICKET } from './control.ts'
import { publishAndWork, spinsPerMicrosecond } from './counter.ts'
import { runRange } from './dispatch.ts'
import { interpret } from './interpret.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import type { EnrolOrder, RankReport, RankTimes, Sent, StepsOrder } from './orders.ts'
import { unpack, type Part } from './part.ts'
import { pinThread } from './pin.ts'
import type { Range } from './ranges.ts'
import { timeSignals, type SignalOrder } from './signal-times.ts'

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

/**
 * @returns what a worker exports: a function that takes the orders. The answer to the first is the reason why the thread is
 * not bound to its core
 */
export function createRank(kernelOf: (choice: KernelChoice) => KernelFactory) {
  let seat: Seat | undefined
  return (order: Order | EnrolOrder): Answer | string => {
    if (order.kind === 'enrol') {
      // Before the first touch of its memory.
      const unpinned = order.cpu === undefined ? undefined : pinThread(order.cpu)
      seat = takeSeat(order, kernelOf(order.choice))
      return unpinned
    }
    if (!seat) throw new Error('an order came before the enrolment')
    const carryOut = jobs[order.kind] as (seat: Seat, order: Order) => Answer
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

/** What a rank does, by kind of the order. The answer is undefined if it takes no part. */
const jobs = {
  /** Runs its program of the plan. */
  steps(seat: Seat, { parts, steps, hyper, spinMicroseconds }: Sent<StepsOrder>): RankReport | undefined {
    const { rank, line } = seat
    if (rank >= parts.length) return undefined
    const bound = bindPart(seat, unpack(parts[rank]), hyper, spinMicroseconds)
    return { ...interpret(bound, steps, line), rank, threadId }
  },

  /** Prepares to run ranges of any rank's program. */
  prepare(seat: Seat, order: Sent<StepsOrder>): undefined {
    const bound = order.parts.map((part) => bindPart(seat, unpack(part), order.hyper, order.spinMicroseconds))
    seat.prepared = { order, bound }
    return undefined
  },

  /** Answers when the range began, and when each of its instructions ended. */
  range({ control, prepared }: Seat, { range, step }: { readonly range: Range; readonly step: number }) {
    const { order, bound } = prepared!
    const line = lineOf(control, range.rank)
    line[INSTRUCTION] = range.from
    line[STEP] = step
    const marks = runRange(bound[range.rank], range, order.steps, step)
    line[STEP] = NONE
    return { marks, threadId }
  },

  /** Measures how fast a core computes while all ranks below `ranks` do the same. */
  peak(seat: Seat, { ranks }: LimitOrder): PeakWindows | undefined {
    const { name, module } = seat.choice
    if (seat.rank >= ranks || name === 'js' || !module) return undefined
    return measurePeak(name, module, meeting(seat, ranks))
  },

  /** Measures how fast a core reads and writes memory while all ranks below `ranks` do the same. */
  bandwidths(seat: Seat, { ranks }: LimitOrder): Bandwidths | undefined {
    const { module } = seat.choice
    if (seat.rank >= ranks || !module) return undefined
    return measureBandwidths(module, meeting(seat, ranks))
  },

  calibrate(seat: Seat, { parts, hyper, ...order }: Sent<CalibrationOrder>): RankTimes | undefined {
    const { rank, control, line } = seat
    if (!order.instructions[rank]?.length) return undefined
    const part = unpack(parts[rank])
    const side = { ...order, rank, part, bound: bindPart(seat, part, hyper, 0), counters: control.counters, line }
    return { rank, times: calibrate(side) }
  },

  signals(seat: Seat, { parts, what, block, spinMicroseconds }: Sent<SignalOrder>): RankTimes | undefined {
    const { rank, control, line, spinRate } = seat
    if (rank >= parts.length) return undefined
    const spins = Math.round(spinMicroseconds * spinRate)
    const side = { part: unpack(parts[rank]), rank, spins, counters: control.counters, line, ...(block && { block }) }
    return { rank, times: timeSignals(what, side) }
  },
}

interface LimitOrder {
  readonly ranks: number
}

type Kind = keyof typeof jobs
/** Orders that go to all threads at once. Each takes one, and writes its number, the ticket, into the rank's line. */
export type ForAll = Exclude<Kind, 'range'>
/** What is asked with an order, the order as it is sent, and its answer. */
export type Asked<K extends Kind> = Parameters<(typeof jobs)[K]>[1]
export type Order = { [K in Kind]: Asked<K> & { readonly kind: K; readonly ticket?: number } }[Kind]
export type Answer<K extends Kind = Kind> = ReturnType<(typeof jobs)[K]>

/** Where the counter of the ranks that have met lies; the plans' own counters are not in use. */
const MET = 0

/** Lets the ranks below `ranks` meet, as often as they like. */
function meeting({ control, line }: Seat, ranks: number): Meet {
  let meetings = 0
  return (work) => {
    // Tells the watchdog that this rank gets on.
    line[INSTRUCTION] = meetings++
    publishAndWork(control.counters, MET, meetings * ranks, work)
  }
}

function bindPart(seat: Seat, part: Part, hyper: Hyperparameters, spinMicroseconds: number): BoundProgram {
  const { memory, kernel, mailbox, control, spinRate } = seat
  const spins = Math.round(spinMicroseconds * spinRate)
  return bind({ part, memory, kernel, mailbox, hyper, counters: control.counters, spins })
}

export default createRank(createKernel)
