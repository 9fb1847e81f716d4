import { PlanError } from '../plan.ts'
import { findDeadlock } from './deadlock.ts'
import { checkOrder, reportOn, type Report, type StepOf } from './order.ts'
import { notation, type Table } from './schedule.ts'

/**
 * Checks that a pipeline can follow a table: each stage lies on one rank, does F and either B or I and W once for every
 * microbatch, in a possible order, and no rank waits for ever.
 *
 * @param microbatches how many there must be; default: up to the highest that occurs
 * @throws PlanError that names rank, step (the index in the row, or what `stepOf` makes of it) and reason
 */
export function validateTable(table: Table, microbatches?: number, stepOf: StepOf = (_, index) => index): void {
  if (table.length === 0) throw new PlanError('a schedule needs at least one rank, that is one row')
  const report = reportOn(table, stepOf)
  checkHomes(table, report)
  const highest = table.flat().reduce((most, { microbatch }) => Math.max(most, microbatch), 0)
  checkOrder(table, microbatches ?? highest + 1, report)
  checkProgress(table, report)
}

/** Each stage from 0 on lies on one rank, and each rank has one. */
function checkHomes(table: Table, { refuse, named }: Report): void {
  const homes = new Map<number, { rank: number; index: number }>()
  table.forEach((row, rank) => {
    if (row.length === 0) refuse(rank, 0, 'the row is empty: the rank has nothing to do')
    row.forEach((action, index) => {
      const home = homes.get(action.stage)
      if (!home) homes.set(action.stage, { rank, index })
      else if (home.rank !== rank) {
        const elsewhere = named(home.rank, home.index)
        refuse(rank, index, `${notation(action)}: stage ${action.stage} is on two ranks, see ${elsewhere}`)
      }
    })
  })
  const ascending = [...homes].sort(([a], [b]) => a - b)
  ascending.forEach(([stage, { rank, index }], expected) => {
    if (stage !== expected) {
      refuse(rank, index, `${notation(table[rank][index])}: no rank has stage ${expected}`)
    }
  })
}

/** No ranks wait for each other in a cycle. */
function checkProgress(table: Table, { refuse, named }: Report): void {
  const circle = findDeadlock(table)
  if (circle.length === 0) return
  const waits = circle.map(
    ({ rank, index, waitsFor }) => `${named(rank, index)} waits for ${named(waitsFor.rank, waitsFor.index)}`,
  )
  refuse(circle[0].rank, circle[0].index, `deadlock: ${waits.join(', and ')}`)
}
