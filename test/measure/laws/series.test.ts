import { describe, expect, it } from 'vitest'
import type { Cell } from '../../../src/cells/cell.ts'
import { againOf } from '../../../src/cells/choose.ts'
import { ownSeriesOf, seriesOf } from '../../../src/measure/laws/series.ts'
import { smallCell } from '../../runtime/cells.ts'
import { visitOf } from '../visits.ts'

const serial = smallCell('serial')
const owners = [1, 2, 3].map((threads) => smallCell('data', { threads, reduction: 'owner' }))
const layers = [1, 2].map((threads) => smallCell('layer', { threads }))

/** One visit per block, each of one step. */
const blocksOf = (cell: Cell, ...steps: number[]) => steps.map((ns, block) => visitOf(cell, [ns], { block }))

describe('the series of a run', () => {
  it('are the families of cells that differ only in the number of threads', () => {
    const cells = [
      serial,
      ...owners,
      ...layers,
      smallCell('pipeline', { threads: 2, schedule: 'zero-bubble' }),
      smallCell('data', { threads: 2, reduction: 'owner' }, { wait: 'spin' }),
    ]
    expect(seriesOf([{ cells, visits: [] }]).map(({ name }) => name)).toEqual([
      'data-owner',
      'layer',
      'pipeline-zero-bubble',
      'data-owner-spin',
    ])
  })

  it('are not serial, once or twice, nor a grid, which has one thread count', () => {
    const grid = smallCell('hybrid', { degrees: { dp: 2, pp: 2, tp: 1 } })
    expect(seriesOf([{ cells: [serial, grid, againOf(serial)], visits: [] }])).toEqual([])
  })

  it('have one speed-up per block and thread count, paired within the block', () => {
    const visits = [
      ...blocksOf(serial, 100, 200),
      ...blocksOf(againOf(serial), 1, 1),
      ...blocksOf(owners[1], 50, 50),
      ...blocksOf(owners[0], 100, 100),
    ]
    const [{ groups }] = seriesOf([{ cells: [serial, againOf(serial), ...owners], visits }])
    expect(groups).toEqual([
      [
        [
          { threads: 1, speed: 1 },
          { threads: 2, speed: 2 },
        ],
        [
          { threads: 1, speed: 2 },
          { threads: 2, speed: 4 },
        ],
      ],
    ])
  })

  it('leave warm-up out, blocks that were not finished, and cells that have failed', () => {
    const visits = [
      visitOf(serial, [9, 100, 100], { warmUp: 1 }),
      visitOf(serial, [100], { block: 1 }),
      visitOf(owners[0], [9, 100], { warmUp: 1 }),
      visitOf(owners[0], [100], { block: 1 }),
      visitOf(owners[1], [50]),
      { ...visitOf(owners[2], [40]), finite: false },
      visitOf(owners[2], [40], { block: 1 }),
    ]
    const [{ groups }] = seriesOf([{ cells: [serial, ...owners], visits }])
    expect(groups).toEqual([
      [
        [
          { threads: 1, speed: 1 },
          { threads: 2, speed: 2 },
        ],
      ],
    ])
  })

  it('go across groups, each with its own serial and its own blocks, as of a batch that grows', () => {
    const measured = [1, 2].map((threads) => {
      const batch = 48 * threads
      const alone = smallCell('serial', { batch })
      const split = smallCell('data', { threads, batch, reduction: 'owner' })
      const blocks = Array.from({ length: threads + 1 }, () => 100)
      return { cells: [alone, split], visits: [...blocksOf(alone, ...blocks), ...blocksOf(split, ...blocks)] }
    })
    expect(seriesOf(measured)).toEqual([
      {
        name: 'data-owner',
        groups: [
          [[{ threads: 1, speed: 1 }], [{ threads: 1, speed: 1 }]],
          [[{ threads: 2, speed: 1 }], [{ threads: 2, speed: 1 }], [{ threads: 2, speed: 1 }]],
        ],
      },
    ])
  })

  it('are empty without a speed-up, which needs serial', () => {
    const visits = blocksOf(owners[0], 100)
    expect(seriesOf([{ cells: [serial, ...owners], visits }])).toEqual([{ name: 'data-owner', groups: [] }])
  })
})

describe('the series over one thread of the same cells', () => {
  it('have its time where the others have serial’s', () => {
    const visits = [
      ...blocksOf(serial, 100, 100),
      ...blocksOf(owners[0], 80, 60),
      ...blocksOf(owners[1], 40, 40),
      ...blocksOf(layers[1], 90, 90),
    ]
    expect(ownSeriesOf([{ cells: [serial, ...owners, layers[1]], visits }])).toEqual([
      {
        name: 'data-owner over one thread of its own',
        groups: [
          [
            [
              { threads: 1, speed: 1 },
              { threads: 2, speed: 2 },
            ],
            [
              { threads: 1, speed: 1 },
              { threads: 2, speed: 1.5 },
            ],
          ],
        ],
      },
      { name: 'layer over one thread of its own', groups: [] },
    ])
  })
})
