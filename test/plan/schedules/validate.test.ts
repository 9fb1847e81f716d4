import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PlanError } from '../../../src/plan/plan.ts'
import type { Action, Pass, Table } from '../../../src/plan/schedules/schedule.ts'
import { validateTable } from '../../../src/plan/schedules/validate.ts'
import { anyTable } from './arbitrary.ts'
import { finish, needs, UNIT } from './execution.ts'

/** Whether a table is valid, by the definition, with no regard to speed or to the reason. */
function isValid(table: Table, microbatches: number): boolean {
  const cells = table.flat()
  const homes = new Map(table.flatMap((row, rank) => row.map(({ stage }) => [stage, rank])))
  const stages = Math.max(...cells.map(({ stage }) => stage)) + 1
  if (table.some((row) => row.length === 0) || homes.size !== stages) return false
  if (table.some((row, rank) => row.some(({ stage }) => homes.get(stage) !== rank))) return false
  const expected = Array.from({ length: microbatches }, (_, k) => k).join()
  for (let stage = 0; stage < stages; stage++) {
    const order = (...passes: Pass[]) =>
      cells.filter((a) => a.stage === stage && passes.includes(a.pass)).map(({ microbatch }) => microbatch)
    for (const passes of [['F'], ['I', 'B'], ['W', 'B']] as Pass[][]) {
      if (order(...passes).join() !== expected) return false
    }
  }
  const inTime = (row: readonly Action[]): boolean =>
    row.every((action, index) => needs(cells, action).every((a) => a.stage !== action.stage || row.indexOf(a) < index))
  return table.every(inTime) && finish(table, UNIT) !== undefined
}

type Row = readonly Action[]

const put = (rows: readonly Row[], r: number, change: (row: Row) => Row): Row[] =>
  rows.map((row, i) => (i === r ? change(row) : row))

/** A valid table with one cell dropped, changed, or repeated elsewhere, or two cells exchanged. */
const anyMutant: fc.Arbitrary<Table> = fc
  .record({
    table: anyTable,
    kind: fc.constantFrom('drop', 'swap', 'swap in row', 'swap neighbours', 'duplicate', 'change'),
    from: fc.nat(),
    to: fc.nat(),
    pass: fc.constantFrom<Pass>('F', 'I', 'W', 'B'),
  })
  .map(({ table, kind, from, to, pass }) => {
    const rank = from % table.length
    const index = Math.floor(from / table.length) % table[rank].length
    const other = kind === 'swap' || kind === 'duplicate' ? to % table.length : rank
    const place =
      kind === 'swap neighbours'
        ? Math.min(index + 1, table[rank].length - 1)
        : Math.floor(to / table.length) % table[other].length
    // A copy of its own, so that no cell is the same object twice.
    const [cell, partner] = [{ ...table[rank][index] }, { ...table[other][place] }]
    if (kind === 'drop') return put(table, rank, (row) => row.toSpliced(index, 1))
    if (kind === 'duplicate') return put(table, other, (row) => row.toSpliced(place, 0, cell))
    if (kind === 'change') return put(table, rank, (row) => row.with(index, { ...cell, pass }))
    return put(
      put(table, rank, (row) => row.with(index, partner)),
      other,
      (row) => row.with(place, cell),
    )
  })

describe('the validation of a schedule', () => {
  it('refuses exactly what is wrong, naming rank, step and reason, when a cell is dropped, changed, moved or repeated', () => {
    const seen = { valid: 0, refused: 0 }
    fc.assert(
      fc.property(anyMutant, fc.boolean(), (table, stated) => {
        const highest = Math.max(0, ...table.flat().map(({ microbatch }) => microbatch))
        const count = stated ? highest + 1 : undefined
        if (isValid(table, highest + 1)) {
          seen.valid++
          validateTable(table, count)
          return
        }
        seen.refused++
        expect(() => validateTable(table, count)).toThrow(PlanError)
        expect(() => validateTable(table, count)).toThrow(/^rank \d+, step \d+: \S/)
      }),
      { numRuns: 5000 },
    )
    expect(Math.min(seen.valid, seen.refused)).toBeGreaterThan(100)
  })

  it('refuses another number of microbatches than was asked for', () => {
    fc.assert(
      fc.property(anyTable, fc.integer({ min: 1, max: 9 }), (table, microbatches) => {
        const has = Math.max(...table.flat().map(({ microbatch }) => microbatch)) + 1
        if (has === microbatches) validateTable(table, microbatches)
        else expect(() => validateTable(table, microbatches)).toThrow(PlanError)
      }),
    )
  })

  it('wants at least one rank', () => {
    expect(() => validateTable([])).toThrow('at least one rank')
  })
})
