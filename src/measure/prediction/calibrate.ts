import { FLOAT_BYTES } from '../../kernels/kernel.ts'
import type { Cell } from '../../cells/cell.ts'
import { isApart } from '../../runtime/calibrate.ts'
import type { SignalOrder } from '../../runtime/signal-times.ts'
import { occurrencesOf, type Key, type Occurrences } from './occurrences.ts'
import type { Session } from '../session.ts'
import { groupBy, least, median, sum } from '../statistics.ts'

/** Times of single instructions and signals, measured on the threads of a session; no step is timed. */
export interface Calibration {
  /** By the key's name. */
  readonly timings: ReadonlyMap<string, Timing>
  /** By thread count. */
  readonly signals: ReadonlyMap<number, Signals>
  /** How many keys were timed, and how long that took. */
  readonly shapes: number
  readonly seconds: number
}

export type Signals = Awaited<ReturnType<typeof timeSignalsOf>>
export type Timing = ReturnType<typeof timingOf>
export type InstructionTime = ReturnType<typeof timeOf>

export interface CalibrationOptions {
  readonly cores: number
  /** Spent on the repetitions of all instructions together; signals and the fewest rounds may take longer. */
  readonly budgetMs: number
}

/** How long one instruction is repeated, as the budget allows. */
const INSTRUCTION_MS = { shortest: 1.5, longest: 25 }
/**
 * How often all instructions are timed, one after the other, as the budget allows. The median of their medians counts, so
 * a disturbance of a second spoils only some rounds.
 */
const ROUNDS = { fewest: 1, most: 9 }
/** The first is long enough for V8 to compile everything; later ones cover what is new in a cell. */
const FIRST_WARM_UP_MS = 200
const WARM_UP_MS = 10

/** Some instructions of each rank; the ranks are timed at the same time. */
interface Order {
  readonly cell: Cell
  readonly threads: number
  readonly ranks: readonly (readonly Occurrences[])[]
}

/** Why a cell cannot be predicted: it spends time outside its instructions. Undefined if it can. */
export function unpredictable({ dispatch, grid }: Cell): string | undefined {
  if (dispatch === 'task') return 'tasks are joined on the main thread'
  if (grid.handoff !== 'shared') return `messages (${grid.handoff}) are taken and posted beside the plan`
  return undefined
}

/**
 * Times the instructions of every key in the plans of some cells, alone on a thread and, if there are cores enough,
 * together with those of the other ranks; and the signals of each thread count. It overwrites the cells' weights.
 *
 * @throws RankError if a rank fails
 */
export async function calibrate(
  session: Session,
  cells: readonly Cell[],
  { cores, budgetMs }: CalibrationOptions,
): Promise<Calibration> {
  const begun = performance.now()
  const predictable = cells.filter((cell) => unpredictable(cell) === undefined)
  const orders = ordersOf(predictable, cores)
  // Ranks work at the same time, so the longest list counts.
  const items = sum(orders.map(({ ranks }) => Math.max(...ranks.map((list) => list.length))))
  const { shortest, longest } = INSTRUCTION_MS
  const milliseconds = Math.min(longest, Math.max(shortest, budgetMs / ROUNDS.fewest / Math.max(1, items)))

  const samples: Sample[] = []
  let filled: Cell | undefined
  for (let round = 0; round < ROUNDS.most; round++) {
    if (round >= ROUNDS.fewest && performance.now() - begun > budgetMs) break
    for (const { cell, threads, ranks } of orders) {
      const warmUpMs = filled ? WARM_UP_MS : FIRST_WARM_UP_MS
      if (filled !== cell) {
        // Stale numbers may be slow to add: run a step, so that every operand holds what a step puts there.
        session.initialise(cell)
        await session.run(cell, 0, 1, 0)
        filled = cell
      }
      const asked = ranks.map((list) => list.flatMap(({ indices }) => indices))
      const passesMs = milliseconds * Math.max(...ranks.map((list) => list.length))
      for (const { rank, times } of await session.calibrate(cell, asked, passesMs, warmUpMs)) {
        let taken = 0
        for (const { key, indices } of ranks[rank]) {
          const own = times.slice(taken, (taken += indices.length))
          samples.push({ key, threads, round, times: inTurn(own) })
        }
      }
    }
  }
  const signals = new Map<number, Signals>()
  for (const cell of cells) {
    const ranks = cell.plan.programs.length
    if (!signals.has(ranks)) signals.set(ranks, await timeSignalsOf(session, cell))
  }
  const timings = new Map([...groupBy(samples, ({ key }) => key.name)].map(([name, of]) => [name, timingOf(of)]))
  return { timings, signals, shapes: timings.size, seconds: (performance.now() - begun) / 1000 }
}

/** Repetitions of a key on one rank, in nanoseconds. */
interface Sample {
  readonly key: Key
  readonly threads: number
  readonly round: number
  readonly times: readonly number[]
}

/** The times of the first pass, of the second, …, from milliseconds by instruction. */
const inTurn = (times: readonly Float64Array[]): number[] =>
  Array.from(times[0], (_, pass) => times.map((each) => each[pass] * 1e6)).flat()

/** The times of one key. */
const timingOf = (samples: readonly Sample[]) => ({
  key: samples[0].key,
  /** On one thread while the others are idle, and on that many together. */
  byThreads: new Map([...groupBy(samples, ({ threads }) => threads)].map(([threads, of]) => [threads, timeOf(of)])),
})

/** A repetition that exceeds the median by this much, and by the median itself, was preempted; the median step was not. */
const PREEMPTED_NS = 50_000

function unpreempted(times: readonly number[]): readonly number[] {
  const typical = median(times)
  const most = typical + Math.max(PREEMPTED_NS, typical)
  return times.filter((time) => time <= most)
}

/** The median of the rounds' medians, the fastest repetition, and those of each round in their order, without preempted ones. */
function timeOf(samples: readonly Sample[]) {
  const rounds = [...groupBy(samples, ({ round }) => round).values()].map((of) => of.flatMap(({ times }) => times))
  return { medianNs: median(rounds.map(median)), minNs: least(rounds.flat()), rounds: rounds.map(unpreempted) }
}

/** What to time: for each cell the keys that no cell before it has, first rank by rank, then all ranks together. */
export function ordersOf(cells: readonly Cell[], cores: number): Order[] {
  const known = new Set<string>()
  /** The occurrences of each list whose keys have not been timed on so many threads; from now on they have. */
  const untimed = (threads: number, lists: readonly (readonly Occurrences[])[]) => {
    const left = lists.map((list) => list.filter(({ key }) => !known.has(`${threads} ${key.name}`)))
    for (const { key } of left.flat()) known.add(`${threads} ${key.name}`)
    return left
  }
  return cells.flatMap((cell) => {
    const ranks = cell.plan.programs.map((_, rank) => occurrencesOf(cell.plan, rank))
    const threads = ranks.length
    const alone = ranks.map((list, rank): Order => {
      const [left] = untimed(1, [list])
      return { cell, threads: 1, ranks: ranks.map((_, other) => (other === rank ? left : [])) }
    })
    // A rank without new keys repeats what it has, so that the others are timed beside a rank that computes.
    const beside = ranks.map((list, rank) =>
      list.filter(({ indices: [first] }) => !isApart(cell.plan.programs[rank][first])),
    )
    const left = threads === 1 || threads > cores ? [] : untimed(threads, beside)
    const together = { cell, threads, ranks: left.map((list, rank) => (list.length > 0 ? list : beside[rank])) }
    return [...alone.filter((order) => order.ranks.flat().length > 0), ...(left.flat().length > 0 ? [together] : [])]
  })
}

/** A large block is read at the speed of the caches, a small one waits for its first lines; both long enough for the clock. */
const BLOCK_FLOATS = { small: 2048, large: 131_072 }

const ns = (milliseconds: ArrayLike<number>): number => Math.max(0, median(Array.from(milliseconds)) * 1e6)

/** Times the signals between the ranks of a cell. */
async function timeSignalsOf(session: Session, cell: Cell) {
  const time = async (what: SignalOrder['what'], block?: Float32Array) => {
    const reports = await session.signals(cell, { what, ...(block && { block }) })
    return reports.flatMap(({ times }) => times)
  }
  const publishNs = ns((await time('publish'))[0])
  if (cell.plan.programs.length === 1) {
    const alone = { publishNs, watchedNs: publishNs, barrierNs: publishNs }
    return { ...alone, handoffNs: 0, wakingNs: 0, readNs: 0, gigabytesPerSecond: Infinity }
  }
  const watchedNs = ns((await time('watched'))[0])
  const handoffNs = ns((await time('handoff'))[0])
  const barrierNs = ns((await time('barrier'))[0])
  const timeRead = async (floats: number) => {
    const block = new Float32Array(new SharedArrayBuffer(floats * FLOAT_BYTES))
    const [, read] = await time('cache-lines', block)
    return ns(read)
  }
  const { small, large } = BLOCK_FLOATS
  const smallNs = await timeRead(small)
  const perFloat = Math.max(0, (await timeRead(large)) - smallNs) / (large - small)
  const [published, awake] = await time('waking')
  return {
    /** An instruction that only publishes, reading the clock included. */
    publishNs,
    /** The same while another rank looks at the counter. */
    watchedNs,
    /** From a publish until a rank that spins goes on. */
    handoffNs,
    /** The same for a rank that sleeps. */
    wakingNs: ns(published.map((instant, attempt) => awake[attempt] - instant)),
    barrierNs,
    /** Reading floats that another core has written, beyond reading one's own: for each block, and the speed. */
    readNs: Math.max(0, smallNs - small * perFloat),
    gigabytesPerSecond: FLOAT_BYTES / perFloat,
  }
}
