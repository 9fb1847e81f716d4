import { describe, expect, it } from 'vitest'
import type { Timed } from '../../../src/measure/noise.ts'
import { random } from '../../../src/model/random.ts'
import { judge, type Judged } from '../../../src/report/compare/judge.ts'
import { ratioInterval, ratioOf } from '../../../src/report/compare/ratio.ts'

// Seeded simulations of pairs of runs whose true ratio is known, at the sizes that runs have.

type Generator = ReturnType<typeof random>
type Noise = (generator: Generator) => number

/** Noise of one block, as the logarithm of a time. */
const NOISES: Readonly<Record<string, Noise>> = {
  'normal noise': ({ normal }) => 0.012 * normal(),
  'heavy tails': ({ normal }) => (0.01 * normal()) / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3),
  'bursts of another program': ({ normal, uniform }) => 0.01 * normal() + (uniform() < 0.15 ? 0.3 * uniform() : 0),
}
const CELLS = 40
const PAIRS = 300

/** What is judged of 40 cells in two runs of this many blocks, at a limit of 5 %. */
function judged(count: number, of: () => number, over: () => number, ratio = 1): Judged[] {
  const timed = (noise: () => number, scale = 1): Timed[] =>
    Array.from({ length: count }, (_, block) => ({ block, stepNs: [scale * Math.exp(noise())], warmUp: 0 }))
  const found = Array.from({ length: CELLS }, () => {
    const [blocks, others] = [timed(of, ratio), timed(over)]
    return { ratio: ratioOf(blocks, others), interval: ratioInterval(blocks, others), blocks: count }
  })
  return judge(found, 0.05)
}

const isDifferent = ({ verdict }: Judged): boolean => verdict === 'slower' || verdict === 'faster'

/** How many cells are called so in each of many pairs of runs. */
const counts = (isCalled: (judged: Judged) => boolean, pair: () => Judged[], pairs = PAIRS): number[] =>
  Array.from({ length: pairs }, () => pair().filter(isCalled).length)

const familyWise = (called: readonly number[]): number => called.filter((count) => count > 0).length / called.length

describe.each(Object.entries(NOISES))('of pairs of runs of 40 cells with %s', (_, noise) => {
  it.each([3, 6, 9])('and %i blocks, at most 6 in 100 call any cell different where none is', (blocks) => {
    const own = noise.bind(undefined, random(11, blocks))
    const called = counts(isDifferent, () => judged(blocks, own, own))
    expect(familyWise(called)).toBeLessThanOrEqual(0.06)
    expect(Math.max(...called) / CELLS).toBeLessThanOrEqual(0.05)
  })

  it.each([3, 6, 9])('and %i blocks, at most 6 in 100 exceed a limit that all cells just reach', (blocks) => {
    const own = noise.bind(undefined, random(12, blocks))
    const called = counts(
      ({ aboveLimit }) => aboveLimit === true,
      () => judged(blocks, own, own, 1.05),
    )
    expect(familyWise(called)).toBeLessThanOrEqual(0.06)
  })
})

describe('a run of 3 blocks that is ten times as noisy as the other', () => {
  it('is called different no more often', () => {
    const { normal } = random(13)
    const called = counts(isDifferent, () =>
      judged(
        3,
        () => 0.1 * normal(),
        () => 0.01 * normal(),
      ),
    )
    expect(familyWise(called)).toBeLessThanOrEqual(0.06)
  })
})

describe('a step that is slower by 10 %', () => {
  it('is found among 40 in most pairs of runs of 6 blocks', () => {
    const own = NOISES['normal noise'].bind(undefined, random(14))
    const called = counts(isDifferent, () => judged(6, own, own, 1.1), 50)
    expect(called.reduce((total, count) => total + count) / 50 / CELLS).toBeGreaterThan(0.8)
  })
})
