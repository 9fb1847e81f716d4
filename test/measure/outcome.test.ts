import { describe, expect, it } from 'vitest'
import type { Visit } from '../../src/measure/blocks.ts'
import { guard, judge } from '../../src/measure/outcome.ts'
import { summarise } from '../../src/measure/summary.ts'
import type { Verdict } from '../../src/measure/verify.ts'
import { stepFlop } from '../../src/model/shape.ts'
import { smallCell } from '../runtime/cells.ts'
import { visitOf } from './visits.ts'

const serial = smallCell('serial')
const layer = smallCell('layer', { threads: 2 })
const CORES = 2
const EXACT: Verdict = { match: 'exact', maxUlp: 0, sha256: 'ab' }
const BLOCKS = [0, 1, 2, 3, 4, 5]

const visitsOf = (cell: typeof serial, times: readonly number[]): Visit[] =>
  times.map((ns, block) =>
    visitOf(cell, [ns], { block, spent: cell.plan.programs.map(() => ({ forward: 0.9 * ns, other: 0.1 * ns })) }),
  )

const flop = stepFlop(serial.plan.model, serial.plan.batch)
/** Steps at a rate, in GFLOP/s. */
const at = (gflops: number) => BLOCKS.map(() => flop / gflops)

const findingsOf = (cell: typeof serial, visits: Visit[], corePeak: number | undefined) =>
  guard(cell, summarise(cell, visits, visitsOf(serial, at(10))), visits, corePeak, CORES)

describe('the guard', () => {
  it('lets a possible row pass', () => {
    expect(findingsOf(serial, visitsOf(serial, at(10)), 50)).toEqual({ errors: [], warnings: [] })
    expect(findingsOf(serial, visitsOf(serial, at(10)), undefined)).toEqual({ errors: [], warnings: [] })
  })

  it('condemns more than a core can compute, and lets two cores do twice as much', () => {
    const { errors } = findingsOf(serial, visitsOf(serial, at(60)), 50)
    expect(errors).toEqual(['60.0 GFLOP/s are more than the cores’ peak, 50.0'])
    expect(findingsOf(layer, visitsOf(layer, at(60)), 50).errors).toEqual([])
    expect(findingsOf(layer, visitsOf(layer, at(110)), 50).errors).toHaveLength(1)
  })

  it('condemns steps that are shorter than the critical path of their own instructions', () => {
    const visits = visitsOf(serial, at(10))
    for (const visit of visits) visit.reports[0].spent.fill(visit.stepNs[0] / 1e6)
    expect(findingsOf(serial, visits, 50).errors[0]).toMatch(/shorter than its plan’s critical path/)
  })

  it('tells of time between instructions, and of ranks that work without a processor', () => {
    const apart = visitsOf(serial, at(10)).map((visit) => ({
      ...visit,
      ranks: visit.ranks.map((rank) => ({ ...rank, ledger: new Map(rank.ledger).set('other', visit.stepNs[0]) })),
    }))
    expect(findingsOf(serial, apart, 50).warnings).toEqual(['53 % of its time is spent between instructions'])
    const preempted = visitsOf(serial, at(10)).map((visit) => ({
      ...visit,
      reports: visit.reports.map((report) => ({ ...report, cpuMs: (0.7 * visit.stepNs[0]) / 1e6 })),
    }))
    expect(findingsOf(serial, preempted, 50).warnings).toEqual([
      'its threads had no processor for 30 % of the time in which they worked',
    ])
  })
})

const judged = (times: readonly number[], verdict = EXACT, change: Partial<Visit> = {}) => {
  const visits = [
    ...visitsOf(
      serial,
      BLOCKS.map(() => 1e6),
    ),
    ...visitsOf(layer, times).map((visit) => ({ ...visit, ...change })),
  ]
  const verdicts = new Map([
    [serial, EXACT],
    [layer, verdict],
  ])
  const limits = [{ threads: 1, peakGflops: 1e3, copyGbps: 1, triadGbps: 1 }]
  return judge({ cells: [serial, layer], visits, verdicts, forecasts: [], limits, cores: CORES })[1]
}

describe('the judgement', () => {
  it.each([
    ['a clear difference', [5e5, 5.1e5, 5.2e5, 5e5, 5.3e5, 5.1e5], true],
    ['none', [1e6, 1.001e6, 0.999e6, 1e6, 1.002e6, 0.998e6], false],
    ['neither', [1e6, 1.3e6, 0.8e6, 1e6, 1.2e6, 0.9e6], undefined],
    ['neither, from one block', [5e5], undefined],
  ])('shows %s', (_, times, differs) => {
    expect(judged(times).differs).toBe(differs)
  })

  it('gives no result where weights differ, are not finite, or were never timed', () => {
    const times = BLOCKS.map(() => 5e5)
    expect(judged(times).status).toBe('ok')
    expect(judged(times, { ...EXACT, match: 'different' }).status).toBe('mismatch')
    expect(judged(times, EXACT, { finite: false })).toMatchObject({ status: 'not-finite', summary: undefined })
    expect(judged([])).toMatchObject({ status: 'ok', summary: undefined, differs: undefined })
  })

  const data = [1, 2].map((threads) => smallCell('data', { threads }))
  /** Of serial and data on one and two threads; no core computes more than `peakGflops`. */
  const judgedData = (serialTimes: readonly number[], peakGflops: number) => {
    const cells = [serial, ...data]
    const times = [serialTimes, BLOCKS.map(() => 8e5), BLOCKS.map((block) => 5e5 + block)]
    return judge({
      cells,
      visits: cells.flatMap((cell, i) => visitsOf(cell, times[i])),
      verdicts: new Map(cells.map((cell) => [cell, EXACT])),
      forecasts: [],
      limits: [{ threads: 1, peakGflops, copyGbps: 1, triadGbps: 1 }],
      cores: CORES,
    })
  }
  const steady = BLOCKS.map(() => 1e6)

  it('gives the serial fraction over serial, and over one thread of the same split', () => {
    const [, one, two] = judgedData(steady, 1e3)
    expect(two.summary!.karpFlatt).toBeCloseTo(1 / 2 / (1 / 2) - 1, 4)
    expect(two.karpFlattOwn).toBeCloseTo((5 / 8 - 1 / 2) / (1 / 2), 4)
    expect(one.karpFlattOwn).toBeUndefined()
  })

  it('compares nothing with a serial that is not sound', () => {
    // Its steps are too short for the peak; those of the others are not.
    const [alone, , two] = judgedData(
      steady.map((ns) => ns / 100),
      flop / 5e5,
    )
    expect([alone.status, two.status]).toEqual(['impossible', 'ok'])
    expect(two.summary!.speedup).toBeLessThan(1)
    expect(two.differs).toBeUndefined()
  })

  it('gives no verdict on a cell that is not sound', () => {
    const [, one, two] = judgedData(steady, flop / 9e5)
    expect([one.status, one.differs]).toEqual(['impossible', undefined])
    expect([two.status, two.differs]).toEqual(['ok', true])
    expect(two.karpFlattOwn).toBeUndefined()
  })
})
