import type { Cell } from '../../cells/cell.ts'
import { occurrencesOf, type Occurrence } from './occurrences.ts'
import { timeSignalsOf, type Signals } from './signals.ts'
import type { Session } from '../session.ts'
import { median } from '../statistics.ts'

/** What single instructions and signals take, measured on the threads of a session; no step is timed. */
export interface Calibration {
  /** By key (see `occurrences.ts`), on one thread while the others are idle, and on that many together. */
  readonly timings: ReadonlyMap<string, ReadonlyMap<number, InstructionTime>>
  /** By thread count. */
  readonly signals: ReadonlyMap<number, Signals>
  /** How many different shapes, and how long it took. */
  readonly shapes: number
  readonly seconds: number
}

export interface InstructionTime {
  readonly medianNs: number
  readonly minNs: number
}

export interface CalibrationOptions {
  readonly cores: number
  /** For the repetitions of all instructions together; signals and the least that a median needs come on top. */
  readonly budgetMs: number
}

/** An instruction is repeated for so long, as far as the budget allows. */
const INSTRUCTION_MS = { shortest: 1.5, longest: 25 }
/**
 * All instructions are timed at least and at most so often, one after the other, as the budget allows, and the median of
 * their medians counts: what disturbs the machine for a second spoils some of them.
 */
const ROUNDS = { fewest: 3, most: 9 }
/** Until everything is compiled; after that, for what is new in a cell. */
const FIRST_WARM_UP_MS = 200
const WARM_UP_MS = 10

/** Some of each rank's instructions, which are timed at the same time. */
interface Order {
  readonly cell: Cell
  readonly threads: number
  readonly ranks: readonly (readonly Occurrence[])[]
}

/** Whether a cell can be predicted at all, and if not, why: what is posted or joined elsewhere is no instruction's time. */
export function unpredictable({ dispatch, setting }: Cell): string | undefined {
  if (dispatch === 'task') return 'tasks are joined on the main thread'
  if (setting.handoff !== 'shared')
    return `messages (${setting.handoff}) are taken and posted beside the plan`
  return undefined
}

/**
 * Times one instruction of every shape in the plans of some cells, alone on a thread and together with the other ranks'
 * as far as there are cores for them, and the signals of each thread count. Cells lose their weights.
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

  /** By key and thread count, what each round has come to. */
  const rounds = new Map<string, Map<number, InstructionTime[]>>()
  const signals = new Map<number, Signals>()
  let warm = false
  let filled: Cell | undefined
  for (let round = 0; round < ROUNDS.most; round++) {
    if (round >= ROUNDS.fewest && performance.now() - begun > budgetMs) break
    for (const { cell, threads, ranks } of orders) {
      if (filled !== cell) {
        // Sums of old numbers may be slow ones: every operand is to hold what a step puts there.
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
          samples.set(key, [...(samples.get(key) ?? []), ...times[i]])
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

  const timings = new Map(
    [...rounds].map(([key, of]) => [
      key,
      new Map([...of].map(([threads, each]) => [threads, middleOf(each)])),
    ]),
  )
  return { timings, signals, shapes: timings.size, seconds: (performance.now() - begun) / 1000 }
}

/** Ranks time theirs at the same time: the longest list counts. */
const lengthOf = ({ ranks }: Order): number => Math.max(...ranks.map((list) => list.length))

const summaryOf = (milliseconds: readonly number[]): InstructionTime => ({
  medianNs: median(milliseconds) * 1e6,
  minNs: milliseconds.reduce((least, each) => Math.min(least, each)) * 1e6,
})

const middleOf = (rounds: readonly InstructionTime[]): InstructionTime => ({
  medianNs: median(rounds.map(({ medianNs }) => medianNs)),
  minNs: Math.min(...rounds.map(({ minNs }) => minNs)),
})

/** What has to be timed: for each cell what none before it has had, first rank by rank, then all ranks together. */
export function ordersOf(cells: readonly Cell[], cores: number): Order[] {
  const known = new Set<string>()
  const orders: Order[] = []
  for (const cell of cells) {
    const ranks = cell.plan.programs.map((_, rank) => occurrencesOf(cell.plan, rank))
    /** Those not yet known under that thread count; they are then. */
    const unknown = (threads: number, list: readonly Occurrence[]) =>
      list.filter(({ key }) => !known.has(`${threads} ${key}`))
    const learn = (threads: number, list: readonly Occurrence[]) => {
      for (const { key } of list) known.add(`${threads} ${key}`)
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
    // A rank that has nothing new repeats what it has: the others are to be timed beside one that computes.
    orders.push({ cell, threads, ranks: left.map((list, rank) => (list.length > 0 ? list : ranks[rank])) })
  }
  return orders
}
