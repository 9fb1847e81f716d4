import { describe, expect, it } from 'vitest'
import { hintOf } from '../../../src/report/compare/blocks-needed.ts'
import { holm } from '../../../src/report/compare/holm.ts'
import { isAbove, judge, pAbove, verdictOf } from '../../../src/report/compare/judge.ts'
import { pValue, type Measured } from '../../../src/report/compare/p-value.ts'
import { studentQuantile, studentTails } from '../../../src/report/compare/student.ts'

const measured = (ratio: number, low: number, high: number, blocks = 6): Measured => ({
  ratio,
  interval: { low, high },
  blocks,
})

describe('Student’s distribution', () => {
  it.each([
    [1, 12.7062],
    [2, 4.3027],
    [5, 2.5706],
    [10, 2.2281],
    [101, 1.9837],
  ])('with %i degrees of freedom has 5 %% beyond ± %f', (freedom, t) => {
    expect(studentQuantile(freedom)).toBeCloseTo(t, 4)
    expect(studentTails(t, freedom)).toBeCloseTo(0.05, 5)
  })

  it('is all on one side or the other, and never less than nothing', () => {
    expect(studentTails(0, 5)).toBe(1)
    for (const freedom of [1, 2, 7, 8]) expect(studentTails(Infinity, freedom)).toBeCloseTo(0, 12)
    expect(studentTails(1e9, 7)).toBeGreaterThanOrEqual(0)
  })
})

describe('Holm’s correction', () => {
  it('multiplies the smallest by their number, the next by one less, and never falls', () => {
    const corrected = holm([0.04, 0.01, undefined, 0.03, 0.9])
    expect(corrected.map((value) => value?.toFixed(2))).toEqual(['0.09', '0.04', undefined, '0.09', '0.90'])
  })
})

describe('a p-value', () => {
  it('is below 5 % where the interval excludes the reference, and 5 % at its bound', () => {
    expect(pValue(measured(1.05, 1, 1.1))).toBeCloseTo(0.05, 6)
    expect(pValue(measured(1.05, 1.001, 1.1))).toBeLessThan(0.05)
    expect(pValue(measured(1.05, 0.999, 1.1))).toBeGreaterThan(0.05)
    expect(pValue(measured(0.95, 0.8, 1))).toBeCloseTo(0.05, 6)
    expect(pValue(measured(1.2, 1.05, 1.3), 1.05)).toBeCloseTo(0.05, 6)
  })

  it('is larger the fewer blocks there are, of intervals as wide', () => {
    const values = [3, 6, 9].map((blocks) => pValue(measured(1.1, 1.05, 1.15, blocks))!)
    expect(values).toEqual(values.toSorted((a, b) => b - a))
  })

  it('is not known of a single block', () => {
    expect(pValue({ ratio: 52, interval: undefined, blocks: 1 })).toBeUndefined()
  })
})

const verdicts = (...found: Measured[]) => judge(found, undefined).map(({ verdict }) => verdict)

describe('the verdict', () => {
  it.each([
    ['slower', measured(1.1, 1.05, 1.15)],
    ['faster', measured(0.9, 0.85, 0.95)],
    ['equal', measured(1, 0.98, 1.02)],
    ['not slower', measured(0.98, 0.95, 1.01)],
    ['not known', measured(1.02, 0.99, 1.06)],
    ['not known', { ratio: 82, interval: undefined, blocks: 1 }],
  ])('is %s', (verdict, found) => {
    expect(verdicts(found)).toEqual([verdict])
  })

  it('needs more of one cell among many', () => {
    const slower = measured(1.1, 1.03, 1.17)
    const others = Array.from({ length: 39 }, () => measured(1, 0.98, 1.02))
    expect(verdicts(slower)).toEqual(['slower'])
    expect(verdicts(slower, ...others)[0]).toBe('not known')
    expect(verdicts(measured(1.1, 1.09, 1.11), ...others)[0]).toBe('slower')
  })
})

const above = (...found: Measured[]) => judge(found, 0.05).map(({ aboveLimit }) => aboveLimit)

describe('a limit of 5 %', () => {
  it.each([
    ['known', 1.055, 1.015, 1.09, undefined],
    ['known', 1.3, 1, 1.5, undefined],
    ['above', 1.3, 1.2, 1.4, true],
    ['below', 1.01, 0.99, 1.04, false],
    ['below, though slower', 1.03, 1.02, 1.04, false],
  ])('is %s of %f [%f, %f]', (_, ratio, low, high, state) => {
    expect(above(measured(ratio, low, high))).toEqual([state])
  })

  it('is exceeded by one cell among many only if its interval is far enough above; those below count as tests', () => {
    const others = Array.from({ length: 39 }, () => measured(0.9, 0.89, 0.91))
    expect(above(measured(1.1, 1.06, 1.14))).toEqual([true])
    expect(above(measured(1.1, 1.06, 1.14), ...others)[0]).toBeUndefined()
    expect(above(measured(1.1, 1.09, 1.11), ...others)[0]).toBe(true)
  })
})

const isVerdict = (found: Measured) => verdictOf(found, pValue(found)) !== 'not known'
const isPastLimit = (found: Measured) => isAbove(found, pAbove(found, 0.05), 0.05) !== undefined

/** The number that the hint names first. */
const named = (found: Measured, isDecided: (found: Measured) => boolean): number =>
  Number(/\d+/.exec(hintOf([found], isDecided))![0])

describe('how many blocks would tell', () => {
  it('grows with the square of the width', () => {
    const [narrow, wide] = [0.06, 0.12].map((half) => named(measured(1, 1 - half, 1 + half, 20), isVerdict))
    expect(wide / narrow).toBeCloseTo(4, 0)
    expect(hintOf([measured(1, 0.94, 1.06, 20)], isVerdict)).toBe('About 71 blocks in each run would tell.')
  })

  it('is told for half of the cells and for all, up to a thousand, and by no single block', () => {
    const found = [measured(1, 0.95, 1.05), measured(1, 0.9, 1.1), measured(1, 0.5, 2)]
    expect(hintOf(found, isVerdict)).toMatch(
      /^About \d+ blocks in each run would tell for half of them, more than 1000 for all\.$/,
    )
    expect(hintOf([measured(1, 0.5, 2)], isVerdict)).toBe('More than 1000 blocks in each run would be needed to tell.')
    expect(hintOf([{ ratio: 2, interval: undefined, blocks: 1 }], isVerdict)).toBe('')
  })

  it('is less for a ratio that is further from the limit', () => {
    const [near, far] = [1.15, 1.2].map((ratio) => named(measured(ratio, 0.8 * ratio, 1.25 * ratio), isPastLimit))
    expect(far).toBeLessThan(near)
  })
})
