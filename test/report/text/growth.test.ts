import { describe, expect, it } from 'vitest'
import { growthOf, type Timed } from '../../../src/measure/growth-fit.ts'
import { countsSentences, growthSentence, partsSentence } from '../../../src/report/text/growth.ts'

const BATCHES = { one: 'batch', many: 'batches' }

const pointsOf = (counts: readonly number[], repetitions: number, nsOf: (n: number, repetition: number) => number) =>
  Array.from({ length: repetitions }, (_, repetition) =>
    counts.map((value): Timed => ({ value, repetition, wallNs: nsOf(value, repetition) })),
  ).flat()

const sentenceOf = (points: readonly Timed[]) => growthSentence('serial-1', BATCHES, growthOf(points))

describe('the sentence about growth', () => {
  it('has the line, the power and the verdict', () => {
    const points = pointsOf([10, 100, 1000], 5, (n, repetition) => 1e6 + n * (2.44e6 + 1e4 * (repetition - 2)))
    expect(sentenceOf(points)).toMatch(
      /^serial-1: time = 1\.00 ms \[1\.00, 1\.00\] \+ 2\.44 ms \[2\.42, 2\.46\] for each batch; it grows with the batches to the power 0\.99\d \[0\.99\d, 0\.99\d\]: linear\.$/,
    )
  })

  it('has times in the unit that suits them, and a sign', () => {
    const small = sentenceOf(pointsOf([1, 2, 4, 8], 2, (n) => n * 21_000 - 4_000))
    expect(small).toContain('time = −4.00 µs [−4.00, −4.00] + 21.00 µs [21.00, 21.00] for each batch')
    expect(sentenceOf(pointsOf([1, 2, 4], 2, (n) => n * 2.5e9))).toContain('+ 2.50 s [2.50, 2.50] for each batch')
  })

  it('calls a wide interval not known, although it contains 1', () => {
    const sentence = sentenceOf(pointsOf([10, 100, 1000], 2, (n, repetition) => n ** (1 + 0.1 * repetition)))
    expect(sentence).toMatch(/: not known, since the power’s interval reaches beyond 0\.95 to 1\.05\.$/)
    expect(sentence).not.toMatch(/O\(n\)|: linear/)
  })

  it('says of a square that it is not linear', () => {
    expect(sentenceOf(pointsOf([10, 100, 1000], 2, (n) => n ** 2))).toMatch(
      /power 2\.000 \[2\.000, 2\.000\]: not linear\.$/,
    )
  })

  it.each([
    [1, 'serial-1: whether time grows linearly with the batches is not known: 1 count was measured, a fit takes 3.'],
    [2, 'serial-1: whether time grows linearly with the batches is not known: 2 counts were measured, a fit takes 3.'],
  ])('of %i counts has the reason instead of a number that is none', (counts, sentence) => {
    expect(sentenceOf(pointsOf([10, 100].slice(0, counts), 2, (n) => 1e6 * n))).toBe(sentence)
  })

  it.each([0, 1, 2, 3])('never has a number that is none, of one repetition of %i counts', (counts) => {
    expect(sentenceOf(pointsOf([10, 100, 1000].slice(0, counts), 1, (n) => n))).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('names no cause', () => {
    expect(sentenceOf(pointsOf([10, 100, 1000], 2, (n) => n ** 0.8))).not.toMatch(/because|waking|thread/)
  })
})

describe('smaller counts', () => {
  it('are announced, with the count that was left out', () => {
    expect(countsSentences([3, 10, 30], [10, 100, 1000], 3000)).toEqual([
      'Steps are long here: 1000 batches would take more than 3 s, so 3, 10 and 30 ran.',
    ])
    expect(countsSentences([1], [10, 100, 1000], 3000)[0]).toMatch(/so 1 ran\.$/)
  })

  it('are not mentioned where all of the usual counts ran, or none did', () => {
    expect(countsSentences([10, 100, 1000], [10, 100, 1000], 3000)).toEqual([])
    expect(countsSentences([], [10, 100, 1000], 3000)).toEqual([])
  })
})

describe('the sentence about parts', () => {
  it('has intervals', () => {
    const points = pointsOf(
      [1, 2, 4],
      5,
      (n, repetition) => 1e6 * (1 + 0.1 * (n - 1) + 0.01 * (n - 1) * (repetition - 2)),
    )
    expect(partsSentence(points, 2)).toBe(
      'One batch through the same model in more parts, relative to one part: 2: 1.10 [1.08, 1.12], 4: 1.30 [1.24, 1.36]. ' +
        'The work is the same, and more than 2 parts share the 2 cores.',
    )
    expect(partsSentence(points, 4)).toMatch(/The work is the same\.$/)
  })

  it('says so where there was one part only', () => {
    const sentence = 'What more parts of the same model cost is not known: one part was measured.'
    expect(
      partsSentence(
        pointsOf([1], 5, () => 1),
        2,
      ),
    ).toBe(sentence)
  })
})
