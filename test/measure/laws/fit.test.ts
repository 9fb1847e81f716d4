import { describe, expect, it } from 'vitest'
import { amdahl, gustafson } from '../../../src/measure/laws/serial-share.ts'
import { fitLaw, type Fit } from '../../../src/measure/laws/fit.ts'
import type { Law } from '../../../src/measure/laws/law.ts'
import type { Series } from '../../../src/measure/laws/series.ts'
import { usl } from '../../../src/measure/laws/usl.ts'
import { noisySeries, pointsOf, seriesOfPoints } from './points.ts'

const COUNTS = [1, 2, 4, 8, 16, 32]
const SEED = 1

async function fitted(law: Law, series: Series, seed = SEED): Promise<Fit> {
  const finding = await fitLaw(law, series, seed)
  if (finding.status === 'refused') throw new Error(finding.reason)
  return finding
}

/** Of the first parameter's interval. */
const width = ({ parameters: [{ interval }] }: Fit): number => interval.high - interval.low

/** Perfect scaling. */
const series = (...counts: number[]) =>
  seriesOfPoints(
    pointsOf(counts, (p) => p),
    50,
  )

describe('the fit of a law to a series', () => {
  it('is refused with too few distinct thread counts, however many blocks there are, and says how many', async () => {
    expect(await fitLaw(amdahl, series(1, 2), SEED)).toMatchObject({
      status: 'refused',
      points: 2,
      reason: '2 distinct thread counts, Amdahl needs at least 3',
    })
    expect(await fitLaw(gustafson, series(4), SEED)).toMatchObject({
      reason: '1 distinct thread count, Gustafson needs at least 3',
    })
    expect(await fitLaw(usl, series(1, 2, 3, 4), SEED)).toMatchObject({
      reason: '4 distinct thread counts, USL needs at least 5',
    })
    expect(await fitLaw(amdahl, { name: 'data', groups: [] }, SEED)).toMatchObject({ points: 0 })
    expect(await fitLaw(amdahl, series(1, 2, 3), SEED)).toMatchObject({ status: 'ok', points: 3 })
    expect(await fitLaw(usl, series(1, 2, 3, 4, 5), SEED)).toMatchObject({ status: 'ok', points: 5 })
  })

  it('of blocks that all show the same has intervals without width, and no error where the law holds', async () => {
    const truth = [0.05, 0.001, 1]
    const { parameters, largestError, values } = await fitted(
      usl,
      seriesOfPoints(pointsOf(COUNTS, (p) => usl.speedAt(truth, p))),
    )
    expect(parameters.map(({ name }) => name)).toEqual(['alpha', 'beta', 'gamma', 'peak'])
    for (const { value, interval } of parameters) expect(interval).toEqual({ low: value, high: value })
    expect(parameters[3].value).toBeCloseTo(Math.sqrt(0.95 / 0.001), 4)
    values.forEach((value, i) => expect(value).toBeCloseTo(truth[i], 6))
    expect(largestError).toBeLessThan(1e-6)
  })

  it('has the largest error where the law does not hold', async () => {
    const above = await fitted(amdahl, seriesOfPoints(pointsOf([1, 2, 4], (p) => 1.25 * p)))
    expect(above.values).toEqual([0])
    expect(above.largestError).toBeCloseTo(0.2, 12)
  })

  it('is of the medians over blocks: a block that was disturbed does not move it', async () => {
    const calm = pointsOf(COUNTS, (p) => amdahl.speedAt([0.1], p))
    const disturbed = pointsOf(COUNTS, () => 0.5)
    const { values } = await fitted(amdahl, {
      name: 'data',
      groups: [[calm, calm, disturbed, calm, calm]],
    })
    expect(values[0]).toBeCloseTo(0.1, 12)
  })

  it('takes each thread count from blocks of its own, as many as there are', async () => {
    const groups = [1, 2, 4].map((threads) =>
      Array.from({ length: 2 + threads }, () => [{ threads, speed: gustafson.speedAt([0.2], threads) }]),
    )
    const { points, values, parameters } = await fitted(gustafson, { name: 'data', groups })
    expect(points).toBe(3)
    expect(values[0]).toBeCloseTo(0.2, 12)
    expect(parameters[0].interval.low).toBeCloseTo(0.2, 12)
  })

  it('is the same for the same seed', async () => {
    const noisy = noisySeries(amdahl, [0.1], COUNTS, 3)
    const first = await fitted(amdahl, noisy)
    expect(await fitted(amdahl, noisy)).toEqual(first)
    expect((await fitted(amdahl, noisy, 2)).parameters[0].interval).not.toEqual(first.parameters[0].interval)
  })

  it('is more certain with more blocks', async () => {
    const [few, many] = await Promise.all(
      [10, 80].map((blocks) => fitted(amdahl, noisySeries(amdahl, [0.1], COUNTS, 4, { blocks }))),
    )
    expect(width(many)).toBeLessThan(width(few) / 1.5)
  })

  it('has a peak without an upper bound where blocks do not tell whether the curve falls', async () => {
    const { parameters } = await fitted(usl, noisySeries(usl, [0.05, 1e-6, 1], COUNTS, 5))
    const peak = parameters.find(({ name }) => name === 'peak')!
    expect(peak.interval.high).toBe(Infinity)
    expect(peak.interval.low).toBeGreaterThan(32)
  })

  it('has no peak where all threads are as fast as one', async () => {
    const { parameters } = await fitted(usl, seriesOfPoints(pointsOf(COUNTS, () => 1)))
    expect(parameters[3].value).toBeUndefined()
  })

  it('refuses to call nothing a speed', async () => {
    for (const speed of [0, -1, NaN, Infinity])
      await expect(fitLaw(amdahl, seriesOfPoints([{ threads: 1, speed }]), SEED)).rejects.toThrow(RangeError)
  })

  it.each([
    { law: amdahl, truth: [0.05], tries: 100 },
    { law: gustafson, truth: [0.1], tries: 100 },
    { law: usl, truth: [0.03, 0.0005, 1], tries: 50 },
  ])('holds the true parameters of $law.title within its intervals about 19 times in 20', async (each) => {
    const { law, truth, tries } = each
    const peak = law.peakOf ? [law.peakOf(truth)!] : []
    const held = [...truth, ...peak].map(() => 0)
    for (let key = 0; key < tries; key++) {
      const { parameters } = await fitted(law, noisySeries(law, truth, COUNTS, key), key)
      ;[...truth, ...peak].forEach((value, i) => {
        const { low, high } = parameters[i].interval
        if (low <= value && value <= high) held[i]++
      })
    }
    // The bootstrap of a median is a little wide; the rest is chance (standard error 2 % of 100, 3 % of 50).
    for (const count of held) expect(count / tries).toBeGreaterThan(0.86)
  })
})
