import { describe, expect, it } from 'vitest'
import { random } from '../../../src/model/random.ts'
import { hintOf } from '../../../src/report/compare/blocks-needed.ts'
import { holm } from '../../../src/report/compare/holm.ts'
import { isAbove, judge, pAbove, verdictOf } from '../../../src/report/compare/judge.ts'
import { pValue, type Measured } from '../../../src/report/compare/p-value.ts'
import { ratioInterval, ratioOf } from '../../../src/report/compare/ratio.ts'
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

describe('how many blocks would tell', () => {
  const toDiffer = (found: Measured) => verdictOf(found, pValue(found)) !== 'not known'

  it('grows with the square of the width', () => {
    const count = (half: number) => Number(/\d+/.exec(hintOf([measured(1, 1 - half, 1 + half, 20)], toDiffer))![0])
    expect(count(0.12) / count(0.06)).toBeCloseTo(4, 0)
    expect(hintOf([measured(1, 0.94, 1.06, 20)], toDiffer)).toBe('About 71 blocks in each run would tell.')
  })

  it('is told for half of the cells and for all, up to a thousand, and by no single block', () => {
    const found = [measured(1, 0.95, 1.05), measured(1, 0.9, 1.1), measured(1, 0.5, 2)]
    expect(hintOf(found, toDiffer)).toMatch(
      /^About \d+ blocks in each run would tell for half of them, more than 1000 for all\.$/,
    )
    expect(hintOf([measured(1, 0.5, 2)], toDiffer)).toBe('More than 1000 blocks in each run would be needed to tell.')
    expect(hintOf([{ ratio: 2, interval: undefined, blocks: 1 }], toDiffer)).toBe('')
  })

  it('is less for a ratio that is further from the limit', () => {
    const count = (ratio: number) =>
      Number(
        /\d+/.exec(
          hintOf([measured(ratio, 0.8 * ratio, 1.25 * ratio)], (found) => {
            return isAbove(found, pAbove(found, 0.05), 0.05) !== undefined
          }),
        )![0],
      )
    expect(count(1.2)).toBeLessThan(count(1.15))
  })
})

type Generator = ReturnType<typeof random>

/** Noise of one block, as the logarithm of a time. */
const NOISES: Readonly<Record<string, (generator: Generator) => number>> = {
  'normal noise': ({ normal }) => 0.012 * normal(),
  'heavy tails': ({ normal }) => (0.01 * normal()) / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3),
  'bursts of another program': ({ normal, uniform }) => 0.01 * normal() + (uniform() < 0.15 ? 0.3 * uniform() : 0),
}
const CELLS = 40
const PAIRS = 500

/** What is judged of 40 cells in two runs of this many blocks. */
function pairOfRuns(generator: Generator, noise: (generator: Generator) => number, count: number, factor: number) {
  const timed = (scale: number) =>
    Array.from({ length: count }, (_, block) => ({ block, stepNs: [scale * Math.exp(noise(generator))], warmUp: 0 }))
  const found = Array.from({ length: CELLS }, () => {
    const [of, over] = [timed(factor), timed(1)]
    return { ratio: ratioOf(of, over), interval: ratioInterval(of, over), blocks: count }
  })
  return judge(found, 0.05)
}

describe.each(Object.entries(NOISES))('of pairs of runs of 40 cells with %s', (_, noise) => {
  it.each([3, 6, 9])('and %i blocks, at most 6 %% call any cell different where none is', (count) => {
    const generator = random(11, count)
    const pairs = Array.from({ length: PAIRS }, () => {
      const verdicts = pairOfRuns(generator, noise, count, 1).map(({ verdict }) => verdict)
      return verdicts.filter((verdict) => verdict === 'slower' || verdict === 'faster').length
    })
    expect(pairs.filter((count) => count > 0).length / PAIRS).toBeLessThanOrEqual(0.06)
    expect(Math.max(...pairs) / CELLS).toBeLessThanOrEqual(0.05)
  })

  it.each([3, 6, 9])('and %i blocks, at most 6 %% exceed a limit at which all cells are', (count) => {
    const generator = random(12, count)
    const failed = Array.from({ length: PAIRS }, () =>
      pairOfRuns(generator, noise, count, 1.05).some(({ aboveLimit }) => aboveLimit),
    )
    expect(failed.filter(Boolean).length / PAIRS).toBeLessThanOrEqual(0.06)
  })
})

describe('a run that is noisier than the other', () => {
  it('does not make a difference', () => {
    const generator = random(13)
    const timed = (noise: number) =>
      Array.from({ length: 3 }, (_, block) => ({
        block,
        stepNs: [Math.exp(noise * generator.normal())],
        warmUp: 0,
      }))
    const alarms = Array.from({ length: PAIRS }, () => {
      const found = Array.from({ length: CELLS }, () => {
        const [of, over] = [timed(0.1), timed(0.01)]
        return { ratio: ratioOf(of, over), interval: ratioInterval(of, over), blocks: 3 }
      })
      return judge(found, undefined).some(({ p }) => p! < 0.05)
    })
    expect(alarms.filter(Boolean).length / PAIRS).toBeLessThanOrEqual(0.06)
  })
})

describe('a step that is slower by 10 %', () => {
  it('is found among 40 in most pairs of runs of 6 blocks', () => {
    const generator = random(14)
    const shares = Array.from({ length: 50 }, () => {
      const verdicts = pairOfRuns(generator, NOISES['normal noise'], 6, 1.1).map(({ verdict }) => verdict)
      return verdicts.filter((verdict) => verdict === 'slower').length / CELLS
    })
    expect(shares.reduce((total, share) => total + share) / shares.length).toBeGreaterThan(0.8)
  })
})
