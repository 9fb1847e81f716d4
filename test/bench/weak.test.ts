import { describe, expect, it } from 'vitest'
import { weak } from '../../bench/weak.ts'
import type { Experiment } from '../../bench/run/experiment.ts'
import { seriesOf } from '../../src/measure/laws/series.ts'
import type { GroupResult } from '../../src/measure/outcome.ts'
import { experimentOf, NOISY, ONCE, resultOf, STEADY, type Failure } from './made-up.ts'

const SMALL = ['--layers', '20-18-10', '--batch', '8', '--modes', 'data', '--reduction', 'owner']
const usual = experimentOf(weak, '--threads', '1,2', ...SMALL)

/** Serial's time for twice the work is not twice its time: the larger batch is computed faster. */
const SERIAL_NS: Readonly<Record<number, number>> = { 8: 1e6, 16: 1.9e6 }
const SPLIT_NS = 1.1e6

const resultsOf = (
  { groups }: Experiment,
  blocks: readonly number[],
  failed: { serial?: Failure; split?: Failure } = {},
  splitNs = SPLIT_NS,
): GroupResult[] =>
  groups.map((group) =>
    resultOf(group, ({ mode, plan }) =>
      mode === 'serial'
        ? { ns: SERIAL_NS[plan.batch], blocks: blocks.map(() => 1), failure: failed.serial }
        : { ns: splitNs, blocks, failure: failed.split },
    ),
  )

const concluded = (...args: Parameters<typeof resultsOf> extends [unknown, ...infer Rest] ? Rest : never) =>
  usual.conclude(resultsOf(usual, ...args))

const START = 'With 2 × 8 samples, times as fast as one thread with as many samples:'

describe('what weak concludes', () => {
  it('gives the speed-up over one thread with the same samples, with an interval', () => {
    expect(concluded(STEADY)).toEqual([`${START} data-owner-2 1.73 [1.72, 1.73].`])
  })

  it('divides by the serial that the law is fitted over', () => {
    const [, second] = resultsOf(usual, ONCE)
    const [{ groups }] = seriesOf([
      { cells: second.group.cells, visits: second.outcomes.flatMap(({ visits }) => visits) },
    ])
    const [[[{ speed }]]] = groups
    expect(concluded(ONCE)).toEqual([`${START} data-owner-2 ≈ ${speed.toFixed(2)}.`])
  })

  it('marks what is not shown to differ from one thread', () => {
    expect(concluded(STEADY, {}, 1.9e6)).toEqual([`${START} data-owner-2 ≈ 1.00 [1.00, 1.00].`])
    expect(concluded(NOISY, {}, 1.7e6)[0]).toMatch(/data-owner-2 ≈ 1\.\d\d \[/)
  })

  it.each(['mismatch', 'not-finite', 'impossible'] as const)('knows nothing of a cell that is a %s', (failure) => {
    expect(concluded(STEADY, { split: failure })).toEqual([`${START} not known.`])
    expect(concluded(STEADY, { serial: failure })).toEqual([`${START} not known.`])
  })

  it('says nothing where there is only one thread, and does not need it', () => {
    const alone = experimentOf(weak, '--threads', '1', ...SMALL)
    expect(alone.conclude(resultsOf(alone, STEADY))).toEqual([])
    const two = experimentOf(weak, '--threads', '2', ...SMALL)
    expect(two.conclude(resultsOf(two, STEADY))).toEqual([`${START} data-owner-2 1.73 [1.72, 1.73].`])
  })
})
