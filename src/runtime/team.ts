import { extname } from 'node:path'
import { createKernel } from '../kernels/choose.ts'
import type { KernelChoice } from '../kernels/kernel.ts'
import { stepFlop } from '../model/shape.ts'
import type { Plan } from '../plan/plan.ts'
import { bind } from './bind.ts'
import type { CalibrationOrder } from './calibrate.ts'
import { createControl, rankWithTicket, reset, type Control } from './control.ts'
import { dispatchSteps, runRange } from './dispatch.ts'
import { connect, createMailbox } from './mailbox.ts'
import { allocate, type Layout } from './memory.ts'
import type { EnrolOrder, RankReport, StepsOrder } from './orders.ts'
import { pack, partsOf, type PackedPart, type Placed } from './part.ts'
import { cpusToPin, NO_AFFINITY } from './pin.ts'
import { placesOf, type Places } from './places.ts'
import { located, openPool, patienceOf, type Pool } from './pool.ts'
import type { Answer, Asked, ForAll, Order } from './rank.ts'
import type { SignalOrder } from './signal-times.ts'

/**
 * Threads that keep their ranks for a whole run, and the memory that they share. Reports come in the order of the ranks.
 * All methods throw a RankError as soon as one rank fails or nothing moves any more; the team is over then.
 */
export type Team = Awaited<ReturnType<typeof startTeam>>

export interface TeamOptions {
  readonly layout: Layout
  readonly counters: number
  readonly kernel: KernelChoice
  /** Threads that can run at once. */
  readonly cores: number
  /** Some plan hands off by message. */
  readonly messages: boolean
  /** Bind each rank to a core of its own. */
  readonly pin?: boolean
  /** The module that the threads run; tests put one with faults here. */
  readonly worker?: URL
  /** Milliseconds without movement after which ranks count as stalled; by default `patienceOf` the work. */
  readonly patience?: number
  /** Ends the team. */
  readonly signal?: AbortSignal
}

/** Enough for the largest plans; a rank that needs more is broken, and ends with a clear error. */
const HEAP_MB = 256

const WORKER = new URL(`./rank${extname(import.meta.url)}`, import.meta.url)

/** The main thread's side of a team. */
interface Crew extends TeamOptions {
  readonly memory: WebAssembly.Memory
  readonly control: Control
  readonly pool: Pool<Order | EnrolOrder, Answer | string>
  /** Of the plans that were in some order. */
  readonly parts: Map<Plan, PackedPart[]>
}

/** @throws RankError if a thread cannot start */
export async function startTeam(options: TeamOptions) {
  const { layout, worker = WORKER, signal } = options
  const threads = layout.regions.length
  const memory = allocate(layout)
  const control = createControl(threads, options.counters)
  const pool = openPool<Order | EnrolOrder, Answer | string>({ threads, worker, heapMb: HEAP_MB, signal })
  const crew: Crew = { ...options, memory, control, pool, parts: new Map() }
  return {
    memory,
    /** Why ranks are not bound to cores, though that was asked for. */
    unpinned: await enrol(crew),
    /** Runs steps of a plan on as many ranks as it has; the others stay idle. */
    run: (order: StepsOrder) => forAll(crew, 'steps', order),
    /** The same in one Piscina task per range of a program, joined on the main thread; see dispatch.ts. */
    dispatch: (order: StepsOrder) => dispatch(crew, order),
    /** How fast each of the first `ranks` ranks computes while all do; nothing for a kernel in plain JavaScript. */
    peak: (ranks: number) => limit(crew, 'peak', ranks),
    /** The same for reading and writing memory. */
    bandwidths: (ranks: number) => limit(crew, 'bandwidths', ranks),
    /** Times single instructions; reports come from the ranks that had any. */
    calibrate: (order: CalibrationOrder) => forAll(crew, 'calibrate', order),
    /** Times signals between the ranks of a plan. */
    signals: (order: SignalOrder) => forAll(crew, 'signals', order),
    /** Ends all threads, also ones that wait or spin. */
    close: pool.close,
  }
}

/** Makes each thread a rank; gives the reason if one cannot be bound to its core. */
async function enrol({ layout, messages, pin, memory, control, kernel, pool }: Crew): Promise<string | undefined> {
  const { threads } = pool
  const ports = messages ? connect(threads) : layout.regions.map(() => new Map<number, never>())
  const cpus = pin ? cpusToPin() : []
  const orders = layout.regions.map((region, rank) => {
    const cpu = cpus.length > 0 ? cpus[rank % cpus.length] : undefined
    return { kind: 'enrol', rank, memory, control, choice: kernel, region, ports: ports[rank], cpu } as const
  })
  const reasons = await pool.start(
    orders,
    (rank) => `rank ${rank} of ${threads} could not start`,
    (rank) => [...ports[rank].values()],
  )
  if (pin && cpus.length === 0) return NO_AFFINITY
  return (reasons as (string | undefined)[]).find((reason) => reason !== undefined)
}

/** Sends an order to all ranks and gives the answers of those that take part, in the order of the ranks. */
const forAll = async <K extends 'steps' | 'calibrate' | 'signals'>(
  crew: Crew,
  kind: K,
  { plan, placement, ...rest }: Placed & Omit<Asked<K>, 'parts'>,
) => {
  const order = { ...rest, parts: packed(crew, { plan, placement }) } as unknown as Asked<K>
  const answers = await watched(crew, plan, (places) => sendAll(crew, places, kind, order))
  return answers.filter((answer) => answer !== undefined).sort((a, b) => a.rank - b.rank)
}

/** The parts of a plan, which lies at the same place in every order. */
function packed({ parts }: Crew, placed: Placed): PackedPart[] {
  const known = parts.get(placed.plan) ?? partsOf(placed).map(pack)
  parts.set(placed.plan, known)
  return known
}

/** One order for each thread; the errors say which rank it was that failed, and where. */
const sendAll = <K extends ForAll>({ pool, control }: Crew, places: Places, kind: K, order: Asked<K>) =>
  pool.each(
    Array.from({ length: pool.threads }, (_, ticket) => ({ ...order, kind, ticket }) as Order),
    (ticket) => places.failed(rankWithTicket(control, ticket)),
  ) as Promise<Answer<K>[]>

/** Lets ranks work until they are done, one fails, or nothing moves any more. */
function watched<T>(
  { control, pool, cores, patience }: Crew,
  plan: Plan | undefined,
  work: (places: Places) => Promise<T>,
  ranks = plan?.programs.length ?? pool.threads,
): Promise<T> {
  reset(control)
  const places = placesOf(control, ranks, plan)
  const flop = plan ? stepFlop(plan.model, plan.batch) : 0
  const watch = { cells: control.lines, patience: patience ?? patienceOf(ranks, cores, flop), explain: places.stalled }
  return pool.watched(watch, () => work(places))
}

const dispatch = (crew: Crew, { plan, placement, ...order }: StepsOrder): Promise<RankReport[]> =>
  watched(crew, plan, async (places) => {
    const { memory, pool, control, layout } = crew
    const { hyper, steps } = order
    const kernel = createKernel(crew.kernel)(memory, layout.main.from)
    // The main thread adds gradients: it hands nothing off and never waits.
    const own = { memory, kernel, hyper, mailbox: createMailbox(new Map()), counters: control.counters, spins: 0 }
    const bound = partsOf({ plan, placement }).map((part) => bind({ ...own, part }))
    const threadOf = plan.programs.map(() => 0)
    await sendAll(crew, places, 'prepare', { ...order, parts: packed(crew, { plan, placement }) })
    const timings = await dispatchSteps(plan, steps, async (range, step) => {
      const { rank, onMain } = range
      if (onMain) return runRange(bound[rank], range, steps, step)
      const answer = await located(pool.run({ kind: 'range', range, step }), () => places.failed(rank))
      const { threadId, marks } = answer as Answer<'range'>
      threadOf[rank] = threadId
      return marks
    })
    return timings.map((each, rank) => ({ ...each, rank, threadId: threadOf[rank] }))
  })

async function limit<K extends 'peak' | 'bandwidths'>(crew: Crew, kind: K, ranks: number) {
  const order = { ranks } as Asked<K>
  const answers = await watched(crew, undefined, (places) => sendAll(crew, places, kind, order), ranks)
  return answers.filter((answer) => answer !== undefined)
}
