import { PlanError } from '../plan.ts'
import { notation, type Table } from './schedule.ts'

/** The step by which an action of a row is named; the index `row.length` stands for the end of the row. */
export type StepOf = (rank: number, index: number) => number

/** How the checks speak of the places in a table. */
export interface Report {
  /** @throws PlanError */
  readonly refuse: (rank: number, index: number, reason: string) => never
  /** An action and where it stands. */
  readonly named: (rank: number, index: number) => string
}

export const reportOn = (table: Table, stepOf: StepOf): Report => ({
  refuse: (rank, index, reason) => {
    throw new PlanError(`rank ${rank}, step ${stepOf(rank, index)}: ${reason}`)
  },
  named: (rank, index) => `${notation(table[rank][index])} (rank ${rank}, step ${stepOf(rank, index)})`,
})
