import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { amdahl, gustafson } from '../../../src/measure/laws/serial-share.ts'
import type { Estimate, Law, Point } from '../../../src/measure/laws/law.ts'
import { usl } from '../../../src/measure/laws/usl.ts'
import { karpFlatt } from '../../../src/measure/summary.ts'
import { pointsOf } from './points.ts'

const COUNTS = [1, 2, 4, 8, 16, 32]
const estimates = new Map<Law, Estimate>()
const estimate = (law: Law, points: readonly Point[]) => estimates.get(law)!(points)

beforeAll(async () => {
  for (const law of [amdahl, gustafson, usl]) estimates.set(law, await law.prepare())
})

/** A power of ten, or nothing at all. */
const exponent = (min: number, max: number) =>
  fc.oneof(
    fc.double({ min, max, noNaN: true }).map((power) => 10 ** power),
    fc.constant(0),
  )

const share = fc.double({ min: 0, max: 1, noNaN: true })
/** At least as many as USL needs. */
const counts = fc.uniqueArray(fc.integer({ min: 1, max: 256 }), { minLength: 5, maxLength: 12 })

describe.each([amdahl, gustafson])('the law of $title', (law) => {
  it('is found again from its curve', () => {
    fc.assert(
      fc.property(share, counts, (sigma, threads) => {
        const [found] = estimate(
          law,
          pointsOf(threads, (p) => law.speedAt([sigma], p)),
        )
        expect(found).toBeCloseTo(sigma, 10)
      }),
    )
  })

  it('has speed 1 on one thread, p on p threads without a serial share, and 1 with nothing else', () => {
    fc.assert(
      fc.property(share, fc.integer({ min: 1, max: 1024 }), (sigma, threads) => {
        expect(law.speedAt([sigma], 1)).toBeCloseTo(1, 12)
        expect(law.speedAt([0], threads) / threads).toBeCloseTo(1, 12)
        expect(law.speedAt([1], threads)).toBeCloseTo(1, 12)
      }),
    )
  })

  it('keeps its share between 0 and 1 where the speed-up is above the thread count, or below 1', () => {
    expect(
      estimate(
        law,
        pointsOf(COUNTS, (p) => p ** 1.1),
      ),
    ).toEqual([0])
    expect(
      estimate(
        law,
        pointsOf(COUNTS, (p) => 1 / p),
      ),
    ).toEqual([1])
  })

  it('finds a share of 1 in equal speed-ups, and of 0 in perfect ones', () => {
    expect(
      estimate(
        law,
        pointsOf(COUNTS, () => 1),
      ),
    ).toEqual([1])
    expect(
      estimate(
        law,
        pointsOf(COUNTS, (p) => p),
      ),
    ).toEqual([0])
  })

  it('comes closer to the points than any other share does, by its relative errors', () => {
    const speed = fc.double({ min: 0.8, max: 1.2, noNaN: true })
    fc.assert(
      fc.property(share, share, fc.array(speed, { minLength: 6, maxLength: 6 }), (sigma, other, noise) => {
        const points = pointsOf(COUNTS, (p) => law.speedAt([sigma], p) * noise[COUNTS.indexOf(p)])
        const squares = (value: number) =>
          points.reduce((sum, point) => sum + relative(point, law.speedAt([value], point.threads)) ** 2, 0)
        // Amdahl's are of times, Gustafson's of speeds.
        const relative = ({ speed: seen }: Point, at: number) => (law === amdahl ? seen / at - 1 : at / seen - 1)
        const [found] = estimate(law, points)
        expect(squares(found)).toBeLessThanOrEqual(squares(other) + 1e-12)
      }),
    )
  })
})

describe('Amdahl’s share', () => {
  it('is that of Karp and Flatt where all thread counts agree on it', () => {
    const points = pointsOf([2, 3, 4], (p) => amdahl.speedAt([0.2], p))
    const [sigma] = estimate(amdahl, points)
    for (const { threads, speed } of points) expect(karpFlatt(speed, threads)).toBeCloseTo(sigma, 12)
  })
})

describe('the universal scalability law', () => {
  it('fits SPEC SDM91 as it is published: N. J. Gunther, Guerrilla Capacity Planning, 2007', () => {
    const published = [64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775.0, 1702.2]
    const points = [1, 18, 36, 72, 108, 144, 216].map((threads, i) => ({ threads, speed: published[i] }))
    const values = estimate(usl, points)
    expect(values[0]).toBeCloseTo(0.0277, 4)
    expect(values[1] * 1e4).toBeCloseTo(1.04, 2)
    expect(values[2]).toBeCloseTo(90, 1)
    expect(usl.peakOf!(values)).toBeCloseTo(96.5, 1)
  })

  it('is found again from its curve, whatever its scale', () => {
    const alphas = exponent(-4, 0)
    const betas = exponent(-6, -1)
    const gammas = fc.double({ min: -2, max: 3, noNaN: true }).map((power) => 10 ** power)
    fc.assert(
      fc.property(alphas, betas, gammas, (alpha, beta, gamma) => {
        const truth = [alpha, beta, gamma]
        const found = estimate(
          usl,
          pointsOf(COUNTS, (p) => usl.speedAt(truth, p)),
        )
        expect(found[0]).toBeCloseTo(alpha, 5)
        expect(found[1]).toBeCloseTo(beta, 5)
        expect(found[2] / gamma).toBeCloseTo(1, 5)
      }),
    )
  })

  it('never has negative parameters, and comes closer to the points than any curve nearby', () => {
    const speeds = fc.array(fc.double({ min: 0.1, max: 40, noNaN: true }), { minLength: 6, maxLength: 6 })
    const nudge = fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -0.01, max: 0.01, noNaN: true })))
    fc.assert(
      fc.property(speeds, nudge, (list, by) => {
        const points = pointsOf(COUNTS, (p) => list[COUNTS.indexOf(p)])
        const squares = (values: readonly number[]) =>
          points.reduce((sum, { threads, speed }) => sum + (speed - usl.speedAt(values, threads)) ** 2, 0)
        const found = estimate(usl, points)
        expect(Math.min(...found)).toBeGreaterThanOrEqual(0)
        const nearby = found.map((value, i) => Math.max(0, value + by[i] * (value || 1e-3)))
        expect(squares(found)).toBeLessThanOrEqual(squares(nearby) * (1 + 1e-6))
      }),
    )
  })

  it('is Amdahl’s law where threads cost each other nothing', () => {
    for (const threads of COUNTS)
      expect(usl.speedAt([0.1, 0, 1], threads)).toBeCloseTo(amdahl.speedAt([0.1], threads), 12)
  })

  it('has no peak where it never falls, nor where it never rises', () => {
    const perfect = estimate(
      usl,
      pointsOf(COUNTS, (p) => p),
    )
    expect(perfect).toEqual([0, 0, 1])
    expect(usl.peakOf!(perfect)).toBe(Infinity)
    expect(usl.peakOf!([0.02, 0, 1])).toBe(Infinity)
    const equal = estimate(
      usl,
      pointsOf(COUNTS, () => 1),
    )
    expect(equal[0]).toBeCloseTo(1, 9)
    expect(usl.peakOf!([1, 1e-3, 1])).toBeUndefined()
    expect(usl.peakOf!([1.2, 0, 1])).toBeUndefined()
  })

  it('leaves the speed of one thread open: above the thread count it is the scale that is larger', () => {
    const [alpha, beta, gamma] = estimate(
      usl,
      pointsOf(COUNTS, (p) => 1.2 * p),
    )
    expect([alpha, beta]).toEqual([0, 0])
    expect(gamma).toBeCloseTo(1.2, 12)
  })

  it('has its highest point at the peak', () => {
    const truth = [0.03, 0.002, 1]
    const peak = usl.peakOf!(truth)!
    const highest = usl.speedAt(truth, peak)
    expect(usl.speedAt(truth, peak * 1.01)).toBeLessThan(highest)
    expect(usl.speedAt(truth, peak / 1.01)).toBeLessThan(highest)
  })
})
