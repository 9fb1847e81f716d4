import { PlanError } from '../plan.ts'
import { notation, type Action, type Pass, type Table } from './schedule.ts'

/** The number of an action in messages; the index `row.length` stands for the end of the row. */
export type StepOf = (rank: number, index: number) => number

/** How checks name the places of a table. */
export interface Report {
  /** @throws PlanError */
  readonly refuse: (rank: number, index: number, reason: string) => never
  /** An action and its place. */
  readonly named: (rank: number, index: number) => string
}

export const reportOn = (table: Table, stepOf: StepOf): Report => ({
  refuse: (rank, index, reason) => {
    throw new PlanError(`rank ${rank}, step ${stepOf(rank, index)}: ${reason}`)
  },
  named: (rank, index) => `${notation(table[rank][index])} (rank ${rank}, step ${stepOf(rank, index)})`,
})

/** The work that each stage does on each microbatch, exactly once. */
type Work = 'F' | 'I' | 'W'

const WORK: Readonly<Record<Pass, readonly Work[]>> = { F: ['F'], I: ['I'], W: ['W'], B: ['I', 'W'] }

interface Rule {
  readonly work: Work
  readonly passes: string
  /** The work of its own stage that a pass needs; a B includes the I that its W needs. */
  readonly after: Readonly<Partial<Record<Pass, Work>>>
  readonly whyAscending: string
}

const RULES: readonly Rule[] = [
  {
    work: 'F',
    passes: 'F',
    after: {},
    whyAscending: 'activations are handed from stage to stage in ascending microbatch',
  },
  {
    work: 'I',
    passes: 'I or B',
    after: { I: 'F', B: 'F' },
    whyAscending: 'gradients are handed from stage to stage in ascending microbatch',
  },
  {
    work: 'W',
    passes: 'W or B',
    after: { W: 'I' },
    whyAscending: 'the sums of the weight gradients run in ascending microbatch, whatever the schedule',
  },
]

/**
 * Checks each row by itself: at each stage no work is missing, done twice, done before what it needs, or out of order.
 * Expects each stage on one rank.
 */
export function checkOrder(table: Table, microbatches: number, { refuse, named }: Report): void {
  table.forEach((row, rank) => {
    const find = (stage: number, work: Work, microbatch: number): number =>
      row.findIndex((a) => a.stage === stage && a.microbatch === microbatch && WORK[a.pass].includes(work))
    /** Per stage, how many microbatches have had each kind of work. */
    const done = new Map<number, Record<Work, number>>()

    const check = (action: Action, index: number, through: Record<Work, number>, rule: Rule): void => {
      const { pass, stage, microbatch } = action
      const name = notation(action)
      if (microbatch < through[rule.work]) {
        const first = find(stage, rule.work, microbatch)
        const again =
          row[first].pass === pass ? 'is done twice' : 'is too much, since a microbatch has either B, or I and W'
        refuse(rank, index, `${name} ${again}: see ${named(rank, first)}`)
      }
      const needed = rule.after[pass]
      if (needed && microbatch >= through[needed]) {
        const later = find(stage, needed, microbatch)
        const reason = later < 0 ? `there is no ${needed} of it` : `it comes before ${named(rank, later)}`
        refuse(rank, index, `${name} needs the ${needed} of its microbatch, but ${reason}`)
      }
      if (microbatch > through[rule.work]) {
        const later = find(stage, rule.work, through[rule.work])
        if (later < 0) refuse(rank, index, `${name}, but ${missing(stage, rule, through[rule.work])}`)
        refuse(rank, index, `${name} comes before ${named(rank, later)}, but ${rule.whyAscending}`)
      }
    }

    row.forEach((action, index) => {
      const { pass, stage, microbatch } = action
      if (microbatch >= microbatches) {
        refuse(rank, index, `${notation(action)}: the last microbatch is ${microbatches - 1}`)
      }
      const through = done.get(stage) ?? { F: 0, I: 0, W: 0 }
      done.set(stage, through)
      const rules = RULES.filter(({ work }) => WORK[pass].includes(work))
      for (const rule of rules) check(action, index, through, rule)
      for (const { work } of rules) through[work]++
    })
    for (const [stage, through] of done) {
      for (const rule of RULES) {
        if (through[rule.work] < microbatches) {
          refuse(rank, row.length, `the row ends, but ${missing(stage, rule, through[rule.work])}`)
        }
      }
    }
  })
}

const missing = (stage: number, { passes }: Rule, microbatch: number): string =>
  `stage ${stage} has no ${passes} of microbatch ${microbatch}`
