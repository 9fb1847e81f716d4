import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planGrid } from '../../src/plan/build/programs.ts'
import { GRID_DEFAULTS, type Grid } from '../../src/plan/grid.ts'
import type { Plan, Region } from '../../src/plan/plan.ts'
import { walk } from '../../src/plan/read/walk.ts'
import { simulate } from '../../src/simulate/simulate.ts'

const CLASSIC = ['gather', 'tree', 'ring', 'direct'] as const
const PLACES = [2, 3, 4, 5, 6]

const grid: Grid = {
  model: { widths: [7, 5, 4, 3], activation: 'relu', loss: 'mse' },
  optimizer: 'sgd',
  batch: 12,
  dp: 2,
  pp: 1,
  microbatches: 1,
  schedule: '1f1b',
  reduction: 'direct',
  ...GRID_DEFAULTS,
}

/** The gradient of a replica that its weight gradients would leave: whole numbers, so that sums do not depend on order. */
const partial = (rank: number, layer: number, row: number, column: number): number =>
  (rank + 1) * 1000 + ((layer * 31 + row * 7 + column * 3) % 97)

/** Runs the gradients' way through a plan in the order of its signals; gives each weights buffer, layer by layer. */
function weightsAfter(plan: Plan): number[][][] {
  const contents = plan.buffers.map(({ rows, columns }) => Array.from({ length: rows * columns }, () => 0))
  const cellsOf = ({ buffer, rows, columns }: Region): number[] => {
    const cells: number[] = []
    for (let row = rows.from; row < rows.to; row++) {
      for (let column = columns.from; column < columns.to; column++) {
        cells.push(row * plan.buffers[buffer].columns + column)
      }
    }
    return cells
  }
  const read = (region: Region) => cellsOf(region).map((cell) => contents[region.buffer][cell])
  const write = (region: Region, values: readonly number[]) =>
    cellsOf(region).forEach((cell, i) => (contents[region.buffer][cell] = values[i]))

  walk(plan, {
    instruction(rank, _, instruction) {
      if (instruction.op === 'backward-weight') {
        const { gradient, layer, rows } = instruction
        const values = cellsOf(gradient).map((cell) => {
          const { columns } = plan.buffers[gradient.buffer]
          return partial(rank, layer, rows.from - gradient.rows.from + Math.floor(cell / columns), cell % columns)
        })
        write(gradient, values)
      }
      if (instruction.op === 'reduce') {
        const sources = instruction.sources.map(read)
        write(
          instruction.target,
          sources[0].map((_value, i) => sources.reduce((sum, source) => sum + source[i], 0)),
        )
      }
      if (instruction.op === 'update') {
        const gradient = read(instruction.gradient)
        write(
          instruction.weights,
          read(instruction.weights).map((weight, i) => weight + gradient[i]),
        )
      }
    },
    published() {},
    awaited() {},
  })
  return plan.model.widths
    .slice(1)
    .map((__, layer) =>
      plan.buffers.flatMap((buffer, index) =>
        buffer.role === 'weights' && buffer.layer === layer ? [contents[index]] : [],
      ),
    )
}

/** Layers of the buckets of a plan, in the order in which they are made. */
const bucketsOf = (plan: Plan): number[][] => {
  const names = plan.counters.map(({ name }) => /^gradients of layers ([\d ]+) of rank 0$/.exec(name)?.[1])
  return names.flatMap((name) => (name === undefined ? [] : [name.split(' ').map(Number)]))
}

/** The phases of a bucket one after the other, of one layer and one bucket, a reduction taking 1 and all else nothing. */
const depth = (reduction: Grid['reduction'], dp: number): number =>
  simulate(planGrid({ ...grid, model: { ...grid.model, widths: [20, 3] }, reduction, dp }), ({ op }) =>
    op === 'reduce' ? 1 : 0,
  ).duration

describe('a classic reduction', () => {
  it('updates every replica from the same sum of all gradients, in buckets or not, early or late, sharded or not', () => {
    for (const reduction of CLASSIC) {
      for (const dp of PLACES) {
        for (const bucketBytes of [0, 150, 1e6]) {
          for (const overlap of [true, false]) {
            for (const shardOptimizer of reduction === 'direct' ? [false, true] : [false]) {
              const plan = planGrid({ ...grid, reduction, dp, bucketBytes, overlap, shardOptimizer })
              const name = `${reduction} of ${dp}, buckets of ${bucketBytes} B`
              weightsAfter(plan).forEach((replicas, layer) => {
                const columns = grid.model.widths[layer + 1]
                expect(replicas, name).toHaveLength(dp)
                const expected = replicas[0].map((_, cell) => {
                  const [row, column] = [Math.floor(cell / columns), cell % columns]
                  return plan.programs.reduce((sum, __, rank) => sum + partial(rank, layer, row, column), 0)
                })
                for (const replica of replicas) expect(replica, name).toEqual(expected)
              })
            }
          }
        }
      }
    }
  })

  it('combines all layers in buckets, each once, from the last to the first, of at least the size asked for', () => {
    const widths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 8 })
    fc.assert(
      fc.property(widths, fc.integer({ min: 0, max: 9000 }), (any, bucketBytes) => {
        const plan = planGrid({ ...grid, model: { ...grid.model, widths: any }, bucketBytes })
        const buckets = bucketsOf(plan)
        const backward = any.slice(1).map((_, layer) => any.length - 2 - layer)
        expect(buckets.flat()).toEqual(backward)
        const bytes = (layers: readonly number[]) =>
          layers.reduce((sum, layer) => sum + (any[layer] + 1) * any[layer + 1] * 4, 0)
        for (const bucket of buckets.slice(0, -1)) expect(bytes(bucket)).toBeGreaterThanOrEqual(bucketBytes)
        for (const bucket of buckets) expect(bytes(bucket.slice(0, -1))).toBeLessThanOrEqual(bucketBytes)
      }),
    )
  })

  it('publishes the first bucket before the last layer’s weight gradient with overlap, and after it without', () => {
    for (const reduction of CLASSIC) {
      for (const overlap of [true, false]) {
        const plan = planGrid({ ...grid, reduction, dp: 3, bucketBytes: 0, overlap })
        for (const program of plan.programs) {
          const first = program.findIndex(
            (each) => each.op === 'publish' && plan.counters[each.counter].name.startsWith('gradients of layers'),
          )
          const last = program.findIndex((each) => each.op === 'backward-weight' && each.layer === 0)
          expect(first).toBeGreaterThanOrEqual(0)
          expect(first < last, reduction).toBe(overlap)
        }
      }
    }
  })

  it('never awaits what is published later in the same order of phases, so that overlap cannot deadlock', () => {
    for (const reduction of CLASSIC) {
      for (const dp of PLACES) {
        for (const bucketBytes of [0, 150]) {
          const plan = planGrid({ ...grid, reduction, dp, bucketBytes })
          expect(() => walk(plan, { instruction() {}, published() {}, awaited() {} })).not.toThrow()
        }
      }
    }
  })
})

describe('the phases of a bucket', () => {
  it.each(PLACES)('of %i places: one sum for gather, ⌈log₂ n⌉ rounds of a tree, 2(n − 1) steps of a ring', (n) => {
    expect(depth('gather', n)).toBe(1)
    expect(depth('direct', n)).toBe(1)
    expect(depth('tree', n)).toBe(Math.ceil(Math.log2(n)))
    expect(depth('ring', n)).toBe(2 * (n - 1))
  })

  it.each(PLACES)('of a ring of %i wait for the left neighbour only, 2(n − 1) times', (n) => {
    const plan = planGrid({ ...grid, dp: n, reduction: 'ring', bucketBytes: 1e6 })
    plan.programs.forEach((program, rank) => {
      const heard = program.flatMap((each) => (each.op === 'await' ? [plan.counters[each.counter].publisher] : []))
      expect(heard).toEqual(Array.from({ length: 2 * (n - 1) }, () => (rank - 1 + n) % n))
    })
  })

  it.each(PLACES)('of a direct reduction of %i give each place a chunk of the rows, and nobody two', (n) => {
    const plan = planGrid({ ...grid, dp: n, model: { ...grid.model, widths: [20, 3] } })
    const chunks = plan.programs.map((program) => program.filter((each) => each.op === 'reduce'))
    expect(chunks.map((own) => own.length)).toEqual(plan.programs.map(() => 1))
    const rows = chunks.map(([{ target }]) => target.rows)
    rows.forEach(({ from }, place) => expect(from).toBe(place === 0 ? 0 : rows[place - 1].to))
    expect(rows.at(-1)!.to).toBe(21)
  })
})
