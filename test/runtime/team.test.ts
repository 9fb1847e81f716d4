import { describe, expect, it } from 'vitest'
import { ledgerOf, stepTimes, windowOf } from '../../src/measure/ledger.ts'
import { verifyCells } from '../../src/measure/verify.ts'
import type { Cell } from '../../src/cells/cell.ts'
import { REDUCTIONS } from '../../src/plan/reductions/index.ts'
import { batchesFor, smallCell, withCells } from './cells.ts'

async function verify(cells: readonly Cell[]) {
  const serial = cells[0]
  return withCells(cells, (session) => verifyCells(session, cells, serial, batchesFor(serial), 3))
}

/** Exact plans must come to one and the same weights, the others to their neighbourhood. */
async function expectExactOrClose(cells: readonly Cell[]): Promise<void> {
  const verdicts = await verify(cells)
  for (const [cell, { match }] of verdicts) {
    expect(match, cell.name).toBe(cell.plan.exact ? 'exact' : 'close')
  }
  const exact = [...verdicts].filter(([cell]) => cell.plan.exact)
  expect(new Set(exact.map(([, { sha256 }]) => sha256)).size).toBe(1)
}

describe('a team of threads', () => {
  it('trains to serial’s weights in every mode, schedule and reduction, at 1 to 5 threads', async () => {
    const cells = [smallCell('serial')]
    for (const threads of [1, 2, 3, 4]) {
      cells.push(smallCell('layer', { threads }))
      for (const schedule of ['gpipe', '1f1b', 'zero-bubble'] as const)
        cells.push(smallCell('pipeline', { threads, schedule }))
    }
    for (const threads of [1, 2, 3, 5]) {
      for (const reduction of REDUCTIONS) cells.push(smallCell('data', { threads, reduction }))
    }
    await expectExactOrClose(cells)
  })

  it('trains to serial’s weights in tensor parallelism, with chunks of stages, and in every kind of hybrid', async () => {
    // Layers of 17 columns and more can be split between two ranks, of 33 and more between three.
    const model = { widths: [20, 40, 24, 36, 20, 18, 10], activation: 'tanh', loss: 'cross-entropy' } as const
    const wide: typeof smallCell = (mode, setting) => smallCell(mode, { model, ...setting })
    const cells = [wide('serial')]
    for (const threads of [2, 3]) {
      cells.push(wide('tensor', { threads }))
      cells.push(wide('pipeline', { threads, schedule: 'interleaved' }))
    }
    const hybrids = [
      { dp: 2, pp: 2, tp: 1 },
      { dp: 1, pp: 2, tp: 2 },
      { dp: 2, pp: 1, tp: 2 },
      { dp: 2, pp: 2, tp: 2 },
    ]
    for (const degrees of hybrids) {
      for (const reduction of degrees.dp > 1 ? (['ring', 'owner'] as const) : (['direct'] as const)) {
        cells.push(wide('hybrid', { degrees, reduction, schedule: 'zero-bubble', microbatches: 3 }))
      }
    }
    await expectExactOrClose(cells)
  })

  it('trains to serial’s weights with buckets large and small, early and late, and a sharded optimizer', async () => {
    const setting = { optimizer: 'adam', threads: 3 } as const
    const cells = [smallCell('serial', { optimizer: 'adam' })]
    for (const bucketBytes of [0, 1000, 1e6]) {
      for (const overlap of [true, false]) {
        cells.push(smallCell('data', { ...setting, reduction: 'ring', bucketBytes, overlap }))
        cells.push(smallCell('data', { ...setting, shardOptimizer: true, bucketBytes, overlap }))
      }
    }
    cells.push(smallCell('data', { ...setting, reduction: 'owner' }))
    await expectExactOrClose(cells)
  })

  it('trains to serial’s weights whatever it hands over by, is dispatched as and waits by', async () => {
    const cells = [smallCell('serial'), smallCell('serial', {}, { dispatch: 'task' })]
    for (const handoff of ['transfer', 'clone'] as const) {
      cells.push(smallCell('layer', { threads: 2, handoff }))
      for (const schedule of ['1f1b', 'zero-bubble'] as const)
        cells.push(smallCell('pipeline', { threads: 3, schedule, handoff }))
      cells.push(smallCell('hybrid', { degrees: { dp: 2, pp: 2, tp: 1 }, handoff }))
    }
    for (const threads of [2, 3]) {
      cells.push(smallCell('layer', { threads }, { dispatch: 'task' }))
      for (const reduction of REDUCTIONS) cells.push(smallCell('data', { threads, reduction }, { dispatch: 'task' }))
    }
    for (const wait of ['spin', 'wait'] as const) {
      cells.push(smallCell('pipeline', { threads: 2 }, { wait }))
      cells.push(smallCell('data', { threads: 2, reduction: 'owner' }, { wait }))
      cells.push(smallCell('data', { threads: 2, reduction: 'tree' }, { wait }))
    }
    await expectExactOrClose(cells)
  })

  it.each([1, 257, 600])('keeps the exact modes exact for a batch of %i, every optimizer and loss', async (batch) => {
    for (const optimizer of ['sgd', 'momentum', 'adam'] as const) {
      for (const loss of ['cross-entropy', 'mse'] as const) {
        const model = { widths: [20, 18, 16, 10], activation: 'tanh', loss } as const
        const setting = { model, optimizer, batch, microbatches: Math.min(7, batch) }
        const cells = [
          smallCell('serial', setting),
          smallCell('layer', { ...setting, threads: 2 }),
          smallCell('pipeline', { ...setting, threads: 3 }),
          smallCell('pipeline', { ...setting, threads: 2, schedule: 'gpipe' }),
          smallCell('pipeline', { ...setting, threads: 3, schedule: 'zero-bubble' }),
          smallCell('tensor', { ...setting, threads: 2 }),
        ]
        for (const threads of [2, 3].filter((count) => count <= batch))
          cells.push(smallCell('data', { ...setting, threads, reduction: 'owner' }))
        for (const [cell, { match }] of await verify(cells)) expect(match, cell.name).toBe('exact')
      }
    }
  })

  it('keeps each rank on its thread over a whole run', async () => {
    const cells = [smallCell('data', { threads: 4 }), smallCell('layer', { threads: 2 }), smallCell('serial')]
    await withCells(cells, async (session) => {
      const threadOf = new Map<number, number>()
      for (let round = 0; round < 5; round++) {
        for (const cell of cells) {
          session.initialise(cell)
          const reports = await session.run(cell, 0, 3, 0)
          expect(reports.map((report) => report.rank)).toEqual(cell.plan.programs.map((_, rank) => rank))
          for (const { rank, threadId } of reports) {
            if (!threadOf.has(rank)) threadOf.set(rank, threadId)
            expect(threadId).toBe(threadOf.get(rank))
          }
        }
      }
      expect(new Set(threadOf.values()).size).toBe(4)
    })
  })

  it('goes on where it stopped: Adam’s t and the batches do not start anew', async () => {
    const setting = { optimizer: 'adam', threads: 2 } as const
    const cell = smallCell('pipeline', setting)
    const [once, twice] = await withCells([cell], async (session) => {
      session.initialise(cell)
      await session.run(cell, 0, 7, 0)
      const whole = session.weights(cell)
      session.initialise(cell)
      await session.run(cell, 0, 3, 0)
      await session.run(cell, 1, 3, 3)
      return [whole, session.weights(cell)]
    })
    expect(twice).toEqual(once)
  })

  it('keeps a ledger per rank that sums to the time of the steps within 1 %', async () => {
    const model = { widths: [200, 200, 200, 10], activation: 'relu', loss: 'cross-entropy' } as const
    const cells = [
      smallCell('serial', { model }),
      smallCell('data', { model, threads: 2 }),
      smallCell('layer', { model, threads: 2 }),
      smallCell('pipeline', { model, threads: 2 }),
    ]
    await withCells(cells, async (session) => {
      for (const cell of cells) {
        session.initialise(cell)
        const warmUp = 5
        const reports = await session.run(cell, warmUp, 40, 0)
        const whole = stepTimes(reports)
          .slice(warmUp)
          .reduce((sum, ns) => sum + ns)
        for (const report of reports) {
          const sum = [...ledgerOf(cell.plan, report, windowOf(reports, warmUp)).values()].reduce((a, b) => a + b)
          expect(Math.abs(sum / whole - 1), `${cell.name}, rank ${report.rank}`).toBeLessThan(0.01)
        }
      }
    })
  })

  it('allocates nothing in a step besides its clock reads', async () => {
    const cells = [smallCell('serial'), smallCell('data', { threads: 2 }), smallCell('pipeline', { threads: 2 })]
    await withCells(cells, async (session) => {
      for (const cell of cells) {
        session.initialise(cell)
        // So few that the young generation, of a megabyte at first, is seldom collected meanwhile.
        const steps = 200
        const most = cell.plan.programs.map((program) => 64 * (program.length + 1) * steps)
        /** Per rank, the least of all attempts; what V8 still compiles leaves traces on the heap, too. */
        const least = cell.plan.programs.map(() => Infinity)
        const holds = () => least.every((growth, rank) => growth <= most[rank])
        for (let attempt = 0; attempt < 5 && !holds(); attempt++) {
          const reports = await session.run(cell, 2000, steps, 0)
          for (const { rank, heapGrowth } of reports) {
            // A growth below zero says that the heap was collected meanwhile, and nothing of what was allocated.
            if (heapGrowth >= 0) least[rank] = Math.min(least[rank], heapGrowth)
          }
        }
        least.forEach((growth, rank) => expect(growth, `${cell.name}, rank ${rank}`).toBeLessThanOrEqual(most[rank]))
      }
    })
  })
})
