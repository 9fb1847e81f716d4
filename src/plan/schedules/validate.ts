import { PlanError } from '../plan.ts'
import { notation, type Action, type Pass, type Table } from './schedule.ts'

/** The number of an action in messages; the index `row.length` stands for the end of the row. */
type StepOf = (rank: number, index: number) => number

/** A place in a table: the rank's row, and the index in it. */
interface Place {
  readonly rank: number
  readonly index: number
}

interface Report {
  /** @throws PlanError */
  readonly refuse: (rank: number, index: number, reason: string) => never
  /** An action and its place. */
  readonly named: (rank: number, index: number) => string
}

/**
 * Checks that a pipeline can follow a table: each stage lies on one rank, does F and either B or I and W once for every
 * microbatch, in a possible order, and no rank waits for ever.
 *
 * @param microbatches how many there must be; default: up to the highest that occurs
 * @throws PlanError that names rank, step (the index in the row, or what `stepOf` makes of it) and reason
 */
export function validateTable(table: Table, microbatches?: number, stepOf: StepOf = (_, index) => index): void {
  if (table.length === 0) throw new PlanError('a schedule needs at least one rank, that is one row')
  const report: Report = {
    refuse: (rank, index, reason) => {
      throw new PlanError(`rank ${rank}, step ${stepOf(rank, index)}: ${reason}`)
    },
    named: (rank, index) => `${notation(table[rank][index])} (rank ${rank}, step ${stepOf(rank, index)})`,
  }
  checkHomes(table, report)
  const highest = table.flat().reduce((most, { microbatch }) => Math.max(most, microbatch), 0)
  checkOrder(table, microbatches ?? highest + 1, report)
  checkProgress(table, report)
}

/** Each stage from 0 on lies on one rank, and each rank has one. */
function checkHomes(table: Table, { refuse, named }: Report): void {
  const homes = new Map<number, Place>()
  table.forEach((row, rank) => {
    if (row.length === 0) refuse(rank, 0, 'the row is empty: the rank has nothing to do')
    row.forEach((action, index) => {
      const home = homes.get(action.stage)
      if (!home) homes.set(action.stage, { rank, index })
      else if (home.rank !== rank) {
        refuse(
          rank,
          index,
          `${notation(action)}: stage ${action.stage} is on two ranks, see ${named(home.rank, home.index)}`,
        )
      }
    })
  })
  const ascending = [...homes].sort(([a], [b]) => a - b)
  ascending.forEach(([stage, { rank, index }], expected) => {
    if (stage !== expected) refuse(rank, index, `${notation(table[rank][index])}: no rank has stage ${expected}`)
  })
}

/** The rules of one kind of work, which each stage does on each microbatch exactly once. */
interface Rule {
  readonly work: 'F' | 'I' | 'W'
  /** The passes that do it. */
  readonly passes: readonly Pass[]
  /** The work of its own stage that a pass needs; a B includes the I that its W needs. */
  readonly after: Readonly<Partial<Record<Pass, Rule>>>
  readonly whyAscending: string
}

const F: Rule = {
  work: 'F',
  passes: ['F'],
  after: {},
  whyAscending: 'activations are handed from stage to stage in ascending microbatch',
}
const I: Rule = {
  work: 'I',
  passes: ['I', 'B'],
  after: { I: F, B: F },
  whyAscending: 'gradients are handed from stage to stage in ascending microbatch',
}
const W: Rule = {
  work: 'W',
  passes: ['W', 'B'],
  after: { W: I },
  whyAscending: 'the sums of the weight gradients run in ascending microbatch, whatever the schedule',
}
const RULES = [F, I, W]

/**
 * Checks each row by itself: at each stage no work is missing, done twice, done before what it needs, or out of order.
 * Expects each stage on one rank.
 */
function checkOrder(table: Table, microbatches: number, { refuse, named }: Report): void {
  table.forEach((row, rank) => {
    const find = (stage: number, { passes }: Rule, microbatch: number): number =>
      row.findIndex((a) => a.stage === stage && a.microbatch === microbatch && passes.includes(a.pass))
    /** Per stage, how many microbatches have had each kind of work. */
    const done = new Map<number, Record<Rule['work'], number>>()

    const check = (action: Action, index: number, through: Record<Rule['work'], number>, rule: Rule): void => {
      const { pass, stage, microbatch } = action
      const name = notation(action)
      const next = through[rule.work]
      if (microbatch < next) {
        const first = find(stage, rule, microbatch)
        const again =
          row[first].pass === pass ? 'is done twice' : 'is too much, since a microbatch has either B, or I and W'
        refuse(rank, index, `${name} ${again}: see ${named(rank, first)}`)
      }
      const needed = rule.after[pass]
      if (needed && microbatch >= through[needed.work]) {
        const later = find(stage, needed, microbatch)
        const reason = later < 0 ? `there is no ${needed.work} of it` : `it comes before ${named(rank, later)}`
        refuse(rank, index, `${name} needs the ${needed.work} of its microbatch, but ${reason}`)
      }
      if (microbatch > next) {
        const later = find(stage, rule, next)
        if (later < 0) refuse(rank, index, `${name}, but ${missing(stage, rule, next)}`)
        refuse(rank, index, `${name} comes before ${named(rank, later)}, but ${rule.whyAscending}`)
      }
    }

    row.forEach((action, index) => {
      if (action.microbatch >= microbatches) {
        refuse(rank, index, `${notation(action)}: the last microbatch is ${microbatches - 1}`)
      }
      const through = done.get(action.stage) ?? { F: 0, I: 0, W: 0 }
      done.set(action.stage, through)
      const rules = RULES.filter(({ passes }) => passes.includes(action.pass))
      for (const rule of rules) check(action, index, through, rule)
      for (const { work } of rules) through[work]++
    })
    for (const [stage, through] of done) {
      const rule = RULES.find(({ work }) => through[work] < microbatches)
      if (rule) refuse(rank, row.length, `the row ends, but ${missing(stage, rule, through[rule.work])}`)
    }
  })
}

const missing = (stage: number, { passes }: Rule, microbatch: number): string =>
  `stage ${stage} has no ${passes.join(' or ')} of microbatch ${microbatch}`

/** No ranks wait for each other in a cycle, each for a result that the next would make only later. */
function checkProgress(table: Table, { refuse, named }: Report): void {
  const makers = new Map(
    table.flatMap((row, rank) => row.map((action, index): [string, Place] => [result(action), { rank, index }])),
  )
  const at = table.map(() => 0)
  /** What a rank waits for: a result of a neighbouring stage, since its row gives the order within its own. */
  const awaited = (rank: number): Place | undefined => {
    const { pass, stage, microbatch } = table[rank][at[rank]]
    if (pass === 'W') return undefined
    const maker = makers.get(result({ pass, stage: pass === 'F' ? stage - 1 : stage + 1, microbatch }))
    return maker && at[maker.rank] <= maker.index ? maker : undefined
  }

  for (let moved = true; moved;) {
    moved = false
    table.forEach((row, rank) => {
      for (; at[rank] < row.length && !awaited(rank); at[rank]++) moved = true
    })
  }

  const chain: (Place & { readonly waitsFor: Place })[] = []
  let rank = table.findIndex((row, r) => at[r] < row.length)
  if (rank < 0) return
  while (!chain.some((wait) => wait.rank === rank)) {
    const waitsFor = awaited(rank)!
    chain.push({ rank, index: at[rank], waitsFor })
    rank = waitsFor.rank
  }
  const circle = chain.slice(chain.findIndex((wait) => wait.rank === rank))
  const waits = circle.map(
    ({ rank: r, index, waitsFor }) => `${named(r, index)} waits for ${named(waitsFor.rank, waitsFor.index)}`,
  )
  refuse(rank, at[rank], `deadlock: ${waits.join(', and ')}`)
}

/** An activation, its gradient, which I and B produce, or a weight gradient, which no rank waits for. */
const result = ({ pass, stage, microbatch }: Action): string => `${pass === 'B' ? 'I' : pass} ${stage} ${microbatch}`
