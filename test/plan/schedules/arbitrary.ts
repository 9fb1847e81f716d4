import fc from 'fast-check'
import { schedules, type ScheduleName } from '../../../src/plan/schedules/index.ts'
import type { Table } from '../../../src/plan/schedules/schedule.ts'

/** A table of any built-in schedule, of at most 4 ranks, 7 microbatches and 3 chunks. */
export const anyTable: fc.Arbitrary<Table> = fc
  .record({
    name: fc.constantFrom(...(Object.keys(schedules) as ScheduleName[])),
    ranks: fc.integer({ min: 1, max: 4 }),
    microbatches: fc.integer({ min: 1, max: 7 }),
    chunks: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ name, ranks, microbatches, chunks }) => schedules[name](ranks, microbatches, chunks))
