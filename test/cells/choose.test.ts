import { describe, expect, it } from 'vitest'
import { chooseCells, defaultThreads, strategiesOf } from '../../src/cells/choose.ts'
import { ranksOf } from '../../src/plan/grid.ts'
import { neediest } from '../../src/plan/read/memory.ts'
import { PlanError } from '../../src/plan/plan.ts'
import { scaling } from '../bench/command-lines.ts'

const model = { widths: [256, 256, 256, 256, 10], activation: 'relu', loss: 'cross-entropy' } as const

const choose = (line: string, threads: readonly number[] = [2]) => chooseCells(scaling(line), model, threads)
const names = (line: string, threads?: readonly number[]) => choose(line, threads).cells.map(({ name }) => name)

/** The grids of the hybrid cells that a line amounts to. */
const shapes = (line: string, threads: readonly number[] = [4]) =>
  choose(line, threads).cells.flatMap(({ mode, grid: { dp, pp, tp } }) =>
    mode === 'hybrid' ? [`${dp}x${pp}x${tp}`] : [],
  )

describe('the cells of an experiment', () => {
  it('begin with serial, which hands nothing over and runs as a whole, whatever the others do', () => {
    const [serial] = choose('--modes layer --handoff clone --dispatch task --wait spin').cells
    expect(serial.name).toBe('serial-1')
    expect(serial).toMatchObject({ dispatch: 'resident', grid: { handoff: 'shared' } })
  })

  it('are every choice that makes a difference, and no others', () => {
    expect(names('--modes data,layer,pipeline,tensor --schedule gpipe --reduction ring,owner')).toEqual([
      'serial-1',
      'data-ring-2',
      'data-owner-2',
      'layer-2',
      'pipeline-gpipe-2',
      'tensor-2',
    ])
    expect(names('--modes data,layer --reduction direct --handoff all')).toEqual([
      'serial-1',
      'data-direct-2',
      'layer-2',
      'layer-transfer-2',
      'layer-clone-2',
    ])
    expect(names('--modes serial,data,pipeline --reduction tree --schedule 1f1b --dispatch all')).toEqual([
      'serial-1',
      'serial-task-1',
      'data-tree-2',
      'data-tree-task-2',
      'pipeline-1f1b-2',
    ])
    expect(names('--modes layer --wait all')).toEqual(['serial-1', 'layer-2', 'layer-spin-2', 'layer-wait-2'])
  })

  it('of hybrid are the proper products of each thread count, all of them, or those asked for', () => {
    const hybrid = '--modes hybrid --reduction owner --schedule 1f1b'
    expect(shapes(hybrid)).toEqual(['1x2x2', '2x1x2', '2x2x1'])
    expect(shapes(`${hybrid} --grid all`)).toEqual(['1x1x4', '1x2x2', '1x4x1', '2x1x2', '2x2x1', '4x1x1'])
    expect(shapes(`${hybrid} --grid 1x3x1,2x1x1`)).toEqual(['1x3x1', '2x1x1'])
  })

  it('have names of their own, and each says how it differs', () => {
    const everything = '--modes all --grid all --schedule all --reduction all --handoff all --dispatch all --wait all'
    const all = names(everything, [1, 2, 4])
    expect(new Set(all).size).toBe(all.length)
    for (const name of all) expect(name).toMatch(/^[a-z0-9-]+$/)
  })

  it('leave out what is impossible, and say why once', () => {
    const { cells, skipped } = choose('--modes layer,hybrid --grid all --schedule all', [5])
    expect(cells.every(({ grid }) => grid.pp < 5)).toBe(true)
    const reason = '5 stages need at least 5 layers; the model has 4; try --layers 256-256-256-256-256-10'
    const of = (what: string) => skipped.filter((each) => each.what === what)
    expect(of('layer on 5 threads')).toEqual([{ what: 'layer on 5 threads', reason }])
    for (const schedule of ['gpipe', '1f1b', 'zero-bubble']) {
      expect(of(`hybrid (${schedule}) on 5 threads`)).toEqual([{ what: `hybrid (${schedule}) on 5 threads`, reason }])
    }
  })

  it('name the schedule that is impossible where others are not, and layers with which it would be possible', () => {
    const line = '--modes pipeline --schedule gpipe,interleaved'
    const { cells, skipped } = choose(line, [4])
    expect(cells.map(({ name }) => name)).toEqual(['serial-1', 'pipeline-gpipe-4'])
    expect(skipped).toEqual([
      {
        what: 'pipeline (interleaved) on 4 threads',
        reason: '8 stages need at least 8 layers; the model has 4; try --layers 256-256-256-256-256-256-256-256-10',
      },
    ])
  })

  it.each([
    ['layer', 5],
    ['layer', 12],
    ['pipeline', 4],
    ['pipeline', 6],
    ['hybrid', 6],
  ] as const)('of %s on %i threads are all possible with the layers that are proposed', (mode, threads) => {
    const line = `--modes ${mode} --schedule all --batch 640${mode === 'hybrid' ? ' --grid all' : ''}`
    const proposals = choose(line, [threads]).skipped.flatMap(
      ({ reason }) => /; try --layers ([\d-]+)$/.exec(reason)?.slice(1) ?? [],
    )
    expect(proposals.length).toBeGreaterThan(0)
    const stages = Math.max(...proposals.map((layers) => layers.split('-').length))
    const widths = proposals
      .find((layers) => layers.split('-').length === stages)!
      .split('-')
      .map(Number)
    const { skipped } = chooseCells(scaling(line), { ...model, widths }, [threads])
    expect(skipped.filter(({ reason }) => reason.includes('layers; the model has'))).toEqual([])
  })
})

describe('a budget of memory', () => {
  it('leaves out what needs more, and proposes what the same options then accept', () => {
    const rest = '--reduction direct --schedule gpipe --memory-per-rank 1.3MiB'
    const { cells, skipped } = choose(`--modes data,tensor ${rest}`)
    for (const { mode, plan } of cells) {
      if (mode !== 'serial') expect(neediest(plan).bytes).toBeLessThanOrEqual(1.3 * 2 ** 20)
    }
    const [{ what, reason }] = skipped
    expect(what).toBe('data on 2 threads')
    const proposals = [...reason.matchAll(/(\d+x\d+x\d+)(?: ([a-z0-9-]+))? \(/g)]
    expect(proposals.length).toBeGreaterThan(0)
    for (const [, grid, schedule = 'gpipe'] of proposals) {
      const line = `--modes hybrid --grid ${grid} --reduction direct --schedule ${schedule} --memory-per-rank 1.3MiB`
      expect(choose(line).cells).toHaveLength(2)
    }
  })

  it('does not hold for serial, but is refused where nothing else fits', () => {
    expect(() => choose('--modes data --memory-per-rank 1KiB')).toThrow(PlanError)
    expect(() => choose('--modes data --memory-per-rank 1KiB')).toThrow(
      /^--memory-per-rank: nothing fits: data on 2 threads needs .* more than the 1\.00 KiB allowed per rank; no grid/,
    )
  })
})

describe('the thread counts', () => {
  it('are the powers of two up to the cores, and the cores', () => {
    expect([1, 2, 3, 8, 12].map(defaultThreads)).toEqual([[1], [1, 2], [1, 2, 3], [1, 2, 4, 8], [1, 2, 4, 8, 12]])
    const strategies = strategiesOf(scaling('--modes layer'), model, [1, 3])
    expect(strategies.map(({ grid }) => ranksOf(grid))).toEqual([1, 3])
  })
})
