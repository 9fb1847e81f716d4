import fc from 'fast-check'
import { erf } from 'mathjs'
import { describe, expect, it } from 'vitest'
import { purpose, random, xoshiro128 } from '../../src/model/random.ts'

const take = <T>(count: number, draw: () => T) => Array.from({ length: count }, draw)
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('xoshiro128', () => {
  it("agrees with the authors' C code", () => {
    expect(take(6, xoshiro128(1, 2, 3, 4))).toEqual([11520, 0, 5927040, 70819200, 2031721883, 1637235492])
    expect(take(6, xoshiro128(0x9e3779b9, 0xdeadbeef, 0xffffffff, 0x80000001))).toEqual([
      1162347276, 1702550990, 264088981, 173784329, 1525513044, 3824745093,
    ])
  })
})

describe('random', () => {
  it('never changes, so that runs of any age can be repeated', () => {
    const generator = random(1)
    expect(take(4, () => generator.uniform() * 2 ** 32)).toEqual([2807631924, 1365703668, 1780230997, 3310738596])
    expect(take(3, generator.normal)).toEqual([0.8598548976915574, -0.30498260713552783, 1.3286838660497127])
    expect(take(3, () => generator.below(1000))).toEqual([239, 51, 200])
    expect(generator.shuffle([0, 1, 2, 3, 4, 5, 6, 7])).toEqual([3, 0, 1, 4, 6, 2, 7, 5])
    expect(random(2026, purpose.parameters, 3).uniform() * 2 ** 32).toBe(237179476)
  })

  it('gives the same numbers for the same keys and others for any other list of keys', () => {
    const keys = fc.array(fc.maxSafeInteger(), { maxLength: 4 })
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        const same = a.length === b.length && a.every((key, index) => key === b[index])
        const draws = [a, b].map((list) => take(4, random(...list).uniform))
        if (same) expect(draws[0]).toEqual(draws[1])
        else expect(draws[0]).not.toEqual(draws[1])
      }),
    )
    const lists = [[], [0], [0, 0], [1], [0, 1], [1, 0], [-1], [2 ** 32], [2 ** 32 - 1], [-(2 ** 32)]]
    expect(new Set(lists.map((list) => random(...list).uniform())).size).toBe(lists.length)
  })

  it('starts neighbouring streams at unrelated numbers', () => {
    const firsts = take(20_000, () => 0).map((_, layer) => random(7, 1, layer).uniform())
    const products = firsts.slice(1).map((value, index) => (value - 0.5) * (firsts[index] - 0.5))
    expect(new Set(firsts).size).toBe(firsts.length)
    expect(Math.abs(mean(firsts) - 0.5)).toBeLessThan(4 / Math.sqrt(12 * 20_000))
    expect(Math.abs(mean(products))).toBeLessThan(4 / 12 / Math.sqrt(20_000))
  })

  it('draws uniform numbers from [0, 1), evenly', () => {
    const counts = Array.from({ length: 10 }, () => 0)
    const values = take(100_000, random(3).uniform)
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
    for (const value of values) counts[Math.floor(value * 10)]++
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
    expect(chiSquare).toBeLessThan(27.9) // 0.1 % of even generators exceed this at 9 degrees of freedom
  })

  it('draws normal numbers with the moments and the distribution function of the normal law', () => {
    const count = 100_000
    const values = take(count, random(4).normal).sort((a, b) => a - b)
    const moment = (power: number) => mean(values.map((value) => value ** power))
    // Four standard errors: √(1, 2, 15, 96) / √count.
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(count))
    expect(Math.abs(moment(2) - 1)).toBeLessThan((4 * Math.SQRT2) / Math.sqrt(count))
    expect(Math.abs(moment(3))).toBeLessThan((4 * Math.sqrt(15)) / Math.sqrt(count))
    expect(Math.abs(moment(4) - 3)).toBeLessThan((4 * Math.sqrt(96)) / Math.sqrt(count))
    // Kolmogorov and Smirnov: 0.1 % of normal samples are further than 1.95 / √count.
    const distance = Math.max(
      ...values.map((value, index) => Math.abs((1 + erf(value / Math.SQRT2)) / 2 - (index + 0.5) / count)),
    )
    expect(distance).toBeLessThan(1.95 / Math.sqrt(count))
  })

  it('draws whole numbers below n, and all of them', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, n) => {
        const value = random(seed).below(n)
        expect(Number.isInteger(value) && value >= 0 && value < n).toBe(true)
      }),
    )
    const { below } = random(5)
    expect(new Set(take(200, () => below(7)))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]))
  })

  it('draws below three quarters of 2³² without favouring small numbers', () => {
    // The bare remainder would put a half, not a third, of the numbers into the first third.
    const { below } = random(6)
    const first = take(10_000, () => below(3 * 2 ** 30)).filter((value) => value < 2 ** 30).length
    expect(Math.abs(first / 10_000 - 1 / 3)).toBeLessThan(0.02)
  })

  it('shuffles in place, to a permutation, arrays of any kind', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer({ min: 0, max: 9 })), (seed, items) => {
        const shuffled = Uint8Array.from(items)
        expect(random(seed).shuffle(shuffled)).toBe(shuffled)
        expect(shuffled.toSorted()).toEqual(Uint8Array.from(items).sort())
        expect(random(seed).shuffle([...items])).toEqual([...shuffled])
      }),
    )
  })

  it('shuffles to every order about as often', () => {
    const { shuffle } = random(8)
    const counts = new Map<string, number>()
    for (const order of take(6000, () => shuffle(['a', 'b', 'c']).join('')))
      counts.set(order, (counts.get(order) ?? 0) + 1)
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })
})
