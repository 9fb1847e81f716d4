import type { Cell } from '../../cells/cell.ts'
import { occurrencesOf, type Key, type Occurrence } from './occurrences.ts'
import { timeSignalsOf, type Signals } from './signals.ts'
import type { Session } from '../session.ts'
import { median } from '../statistics.ts'

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

export interface Timing {
  readonly key: Key
  /** On one thread while the others are idle, and on that many together. */
  readonly byThreads: ReadonlyMap<number, InstructionTime>
}

export interface InstructionTime {
  readonly medianNs: number
  readonly minNs: number
}

export interface CalibrationOptions {
  readonly cores: number
  /** Spent on the repetitions of all instructions together; signals and the fewest rounds may take longer. */
  readonly budgetMs: number
}

/** How long one instruction is repeated, as the budget allows. */
const INSTRUCTION_MS = { shortest: 1.5, longest: 25 }
/**
 * How often all instructions are timed, one after the other, as the budget allows. The median of their medians counts, so
 * that a disturbance of a second spoils only some of them.
 */
const ROUNDS = { fewest: 3, most: 9 }
/** The first is long enough to compile everything; later ones cover what is new in a cell. */
const FIRST_WARM_UP_MS = 200
const WARM_UP_MS = 10

/** Some instructions of each rank; the ranks are timed at the same time. */
interface Order {
  readonly cell: Cell
  readonly threads: number
  readonly ranks: readonly (readonly Occurrence[])[]
}

/** The reason why a cell cannot be predicted, because it spends time outside of its instructions; undefined if it can. */
export function unpredictable({ dispatch, grid }: Cell): string | undefined {
  if (dispatch === 'task') return 'tasks are joined on the main thread'
  if (grid.handoff !== 'shared') return `messages (${grid.handoff}) are taken and posted beside the plan`
  return undefined
}

/**
 * Times one instruction of every key in the plans of some cells, alone on a thread and, if there are cores enough,
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
  const orders = ordersOf(
    cells.filter((cell) => unpredictable(cell) === undefined),
    cores,
  )
  const items = orders.reduce((sum, order) => sum + lengthOf(order), 0)
  const { shortest, longest: most } = INSTRUCTION_MS
  const milliseconds = Math.min(most, Math.max(shortest, budgetMs / ROUNDS.fewest / Math.max(1, items)))

  /** By key and thread count, the time in each round. */
  const rounds = new Map<string, Map<number, InstructionTime[]>>()
  const signals = new Map<number, Signals>()
  let warm = false
  let filled: Cell | undefined
  for (let round = 0; round < ROUNDS.most; round++) {
    if (round >= ROUNDS.fewest && performance.now() - begun > budgetMs) break
    for (const { cell, threads, ranks } of orders) {
      if (filled !== cell) {
        // Stale numbers may be slow to add: run a step, so that every operand holds what a step puts there.
        session.initialise(cell)
        await session.run(cell, 0, 1, 0)
        filled = cell
      }
      const asked = ranks.map((list) => list.map(({ index }) => index))
      const warmUpMs = warm ? WARM_UP_MS : FIRST_WARM_UP_MS
      const reports = await session.calibrate(cell, asked, milliseconds, warmUpMs)
      warm = true
      const samples = new Map<string, number[]>()
      for (const { rank, times } of reports) {
        ranks[rank].forEach(({ key }, i) => {
          samples.set(key.name, [...(samples.get(key.name) ?? []), ...times[i]])
        })
      }
      for (const [key, times] of samples) {
        const of = rounds.get(key) ?? new Map<number, InstructionTime[]>()
        rounds.set(key, of)
        of.set(threads, [...(of.get(threads) ?? []), summaryOf(times)])
      }
    }
  }
  for (const cell of cells) {
    const ranks = cell.plan.programs.length
    if (!signals.has(ranks)) signals.set(ranks, await timeSignalsOf(session, cell))
  }

  const keys = new Map(orders.flatMap(({ ranks }) => ranks.flat()).map(({ key }) => [key.name, key]))
  const timings = new Map(
    [...rounds].map(([name, of]): [string, Timing] => [
      name,
      { key: keys.get(name)!, byThreads: new Map([...of].map(([threads, all]) => [threads, middleOf(all)])) },
    ]),
  )
  return { timings, signals, shapes: timings.size, seconds: (performance.now() - begun) / 1000 }
}

/** Ranks work at the same time, so the longest list counts. */
const lengthOf = ({ ranks }: Order): number => Math.max(...ranks.map((list) => list.length))

const summaryOf = (milliseconds: readonly number[]): InstructionTime => ({
  medianNs: median(milliseconds) * 1e6,
  minNs: milliseconds.reduce((least, each) => Math.min(least, each)) * 1e6,
})

const middleOf = (rounds: readonly InstructionTime[]): InstructionTime => ({
  medianNs: median(rounds.map(({ medianNs }) => medianNs)),
  minNs: Math.min(...rounds.map(({ minNs }) => minNs)),
})

/** What is to be timed: for each cell the keys that no cell before it has, first rank by rank, then all ranks together. */
export function ordersOf(cells: readonly Cell[], cores: number): Order[] {
  const known = new Set<string>()
  const orders: Order[] = []
  for (const cell of cells) {
    const ranks = cell.plan.programs.map((_, rank) => occurrencesOf(cell.plan, rank))
    const unknown = (threads: number, list: readonly Occurrence[]) =>
      list.filter(({ key }) => !known.has(`${threads} ${key.name}`))
    const learn = (threads: number, list: readonly Occurrence[]) => {
      for (const { key } of list) known.add(`${threads} ${key.name}`)
    }
    ranks.forEach((list, rank) => {
      const left = unknown(1, list)
      if (left.length === 0) return
      learn(1, left)
      orders.push({ cell, threads: 1, ranks: ranks.map((_, other) => (other === rank ? left : [])) })
    })
    const threads = ranks.length
    if (threads === 1 || threads > cores) continue
    const left = ranks.map((list) => unknown(threads, list))
    if (left.every((list) => list.length === 0)) continue
    for (const list of left) learn(threads, list)
    // A rank without new keys repeats what it has, so that the others are timed beside a rank that computes.
    orders.push({ cell, threads, ranks: left.map((list, rank) => (list.length > 0 ? list : ranks[rank])) })
  }
  return orders
}
