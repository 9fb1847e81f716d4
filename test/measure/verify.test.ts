import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareWeights, float32Spacing, weightsHash } from '../../src/measure/verify.ts'
import type { Instruction, Plan, Reduce, Region } from '../../src/plan/plan.ts'
import { smallCell } from '../runtime/cells.ts'
import { trainInOneThread } from '../runtime/one-thread.ts'

const STEPS = 3
/** 7, 7 and 6 samples on three ranks. */
const BATCH = 20
const RANKS = 3

const serialPlan = smallCell('serial', { batch: BATCH }).plan
const dataPlan = (reduction: 'gather' | 'direct') => smallCell('data', { batch: BATCH, threads: RANKS, reduction }).plan

const change = (plan: Plan, changed: (instruction: Instruction) => Instruction): Plan => ({
  ...plan,
  programs: plan.programs.map((program) => program.map(changed)),
})

const changeSources = (plan: Plan, changed: (sources: Reduce['sources']) => Reduce['sources']): Plan =>
  change(plan, (instruction) =>
    instruction.op === 'reduce' ? { ...instruction, sources: changed(instruction.sources) } : instruction,
  )

/** Serial, sample by sample, from the last row of the batch to the first. */
function reversedPlan(): Plan {
  const plan = smallCell('pipeline', { batch: BATCH, microbatches: BATCH }).plan
  const reverse = (region: Region): Region => {
    if (!['features', 'labels', 'losses'].includes(plan.buffers[region.buffer].role)) return region
    return { ...region, rows: { from: BATCH - region.rows.to, to: BATCH - region.rows.from } }
  }
  return change(plan, (instruction) => {
    switch (instruction.op) {
      case 'forward':
      case 'backward-weight':
        return { ...instruction, input: reverse(instruction.input) }
      case 'loss':
        return {
          ...instruction,
          labels: reverse(instruction.labels),
          losses: reverse(instruction.losses),
        }
      default:
        return instruction
    }
  })
}

const train = (plan: Plan, steps = STEPS) => trainInOneThread(plan, steps)
const firstOf = (replicas: readonly Float32Array[][]) => replicas.map(([replica]) => replica)

const serial = firstOf(train(serialPlan))
const reversed = firstOf(train(reversedPlan()))
const noise = compareWeights(
  reversed.map((layer) => [layer]),
  serial,
  reversed,
).maxUlp

describe('the verdict on weights that were really trained', () => {
  it('is exact for serial itself, and for the same sums in microbatches on other ranks', () => {
    expect(compareWeights(train(serialPlan), serial, reversed)).toMatchObject({ match: 'exact', maxUlp: 0 })
    const pipeline = smallCell('pipeline', { batch: BATCH, threads: 3 }).plan
    expect(compareWeights(train(pipeline), serial, reversed).match).toBe('exact')
  })

  it('is close for serial with its rows reversed, which is another order of the same sums', () => {
    expect(noise).toBeGreaterThan(0)
    const verdict = compareWeights(
      reversed.map((layer) => [layer]),
      serial,
      reversed,
    )
    expect(verdict.match).toBe('close')
    expect(verdict.sha256).not.toBe(weightsHash(serial))
  })

  it.each(['gather', 'direct'] as const)('is close for gradients of uneven shards, combined by %s', (reduction) => {
    const weights = train(dataPlan(reduction))
    expect(weights.every((replicas) => replicas.length === RANKS)).toBe(true)
    expect(compareWeights(weights, serial, reversed).match).toBe('close')
  })

  it.each([
    ['misses the first shard', (sources: Reduce['sources']) => sources.slice(1)],
    ['misses the last shard', (sources: Reduce['sources']) => sources.slice(0, -1)],
    ['counts the first shard twice', (sources: Reduce['sources']) => [sources[0], ...sources]],
    ['counts the last shard for the one before', (sources: Reduce['sources']) => sources.with(1, sources[2])],
  ])('is different, and by far, for a sum that %s', (_, changed) => {
    for (const reduction of ['gather', 'direct'] as const) {
      const verdict = compareWeights(train(changeSources(dataPlan(reduction), changed)), serial, reversed)
      expect(verdict.match).toBe('different')
      expect(verdict.maxUlp).toBeGreaterThan(1000 * noise)
    }
  })

  it('is different, and by far, for uneven shards that count as if they were even', () => {
    // After one step of gradient descent the weights are linear in the gradient, so that what each shard changes can
    // be weighted afterwards: by the size of the batch over that of three shards like this one, or, rightly, by 1.
    const plan = dataPlan('direct')
    const before = firstOf(train(plan, 0))
    const alone = [0, 1, 2].map((q) =>
      firstOf(
        train(
          changeSources(plan, (sources) => [sources[q]]),
          1,
        ),
      ),
    )
    const combined = (factors: readonly number[]) =>
      before.map((layer, l) => [
        layer.map((w, i) => factors.reduce((sum, factor, q) => sum + factor * (alone[q][l][i] - w), w)),
      ])
    const serialStep = firstOf(train(serialPlan, 1))
    const reversedStep = firstOf(train(reversedPlan(), 1))
    const verdictOf = (factors: readonly number[]) => compareWeights(combined(factors), serialStep, reversedStep)
    expect(verdictOf([1, 1, 1]).maxUlp).toBeLessThan(10)
    const uneven = verdictOf([7, 7, 6].map((samples) => BATCH / (RANKS * samples)))
    expect(uneven.match).toBe('different')
    expect(uneven.maxUlp).toBeGreaterThan(10_000)
  })

  it('is different if a single replica has a single other bit, wherever', () => {
    const last = serial.length - 1
    for (const [layer, replica, index] of [
      [0, 2, 0],
      [last, 1, serial[last].length - 1],
    ]) {
      const replicas = serial.map((weights) => [weights, weights.slice(), weights.slice()])
      expect(compareWeights(replicas, serial, reversed).match).toBe('exact')
      flipLastBit(replicas[layer][replica], index)
      // The distance is that of the first replica, which is serial’s twin.
      expect(compareWeights(replicas, serial, reversed)).toMatchObject({ match: 'different', maxUlp: 0 })
    }
  })
})

const one = (...weights: number[]) => [new Float32Array(weights)]
const verdict = (weights: Float32Array[], reference = one(1, 2), other = one(1, 2)) =>
  compareWeights(
    weights.map((layer) => [layer]),
    reference,
    other,
  )

describe('the verdict', () => {
  it('counts the largest difference in spacings at the largest magnitude of the tensor', () => {
    const spacing = 2 ** -22
    expect(verdict(one(1 + spacing / 2, 2)).maxUlp).toBe(0.5)
    expect(verdict(one(1 - 3 * spacing, 2 + spacing)).maxUlp).toBe(3)
    const [a] = one(1, 2)
    const [b] = one(2 ** -10, 0)
    const [c] = one(2 ** -10, 2 ** -33)
    expect(verdict([a, c], [a, b], [a, b]).maxUlp).toBe(1)
  })

  it('calls close what is up to 4 times as far away as the reversed rows are, and no further', () => {
    const spacing = 2 ** -22
    const other = one(1, 2 + 2 * spacing)
    expect(verdict(one(1, 2 + 8 * spacing), one(1, 2), other).match).toBe('close')
    expect(verdict(one(1, 2 + 9 * spacing), one(1, 2), other).match).toBe('different')
  })

  it('allows 4 roundings where reversing the rows happens to change less than one', () => {
    const spacing = 2 ** -22
    expect(verdict(one(1, 2 + 4 * spacing), one(1, 2), one(1, 2)).match).toBe('close')
    expect(verdict(one(1, 2 + 5 * spacing), one(1, 2), one(1, 2)).match).toBe('different')
  })

  it.each([NaN, Infinity, -Infinity])('is different for a weight of %d, even if serial has it too', (weight) => {
    expect(verdict(one(1, weight)).match).toBe('different')
    expect(verdict(one(1, weight), one(1, weight), one(1, weight)).match).toBe('different')
  })

  it('tells −0 from +0: not exact, though at no distance', () => {
    const { match, maxUlp, sha256 } = verdict(one(-0, 2), one(0, 2))
    expect({ match, maxUlp }).toEqual({ match: 'close', maxUlp: 0 })
    expect(sha256).not.toBe(weightsHash(one(0, 2)))
  })

  it('has the hash of the first replica, whatever the match', () => {
    const weights = one(3, 4)
    expect(verdict(weights).sha256).toBe(weightsHash(weights))
    const replicas = [[...one(1, 2), ...one(3, 4)]]
    expect(compareWeights(replicas, one(1, 2), one(1, 2)).sha256).toBe(weightsHash(one(1, 2)))
  })
})

describe('the hash of weights', () => {
  it('is the SHA-256 of their little-endian bytes, layer after layer', () => {
    // printf '\x00\x00\x80\x3f\x00\x00\x00\xc0\x00\x00\x00\x3e' | sha256sum
    const known = 'eccf2edf3eb2795d24380a11a80e71c06446f82f91c63d7d7f979bbfb989df4f'
    expect(weightsHash([new Float32Array([1, -2, 0.125])])).toBe(known)
    expect(weightsHash([new Float32Array([1]), new Float32Array([-2, 0.125])])).toBe(known)
    expect(weightsHash([new Float32Array([-2, 0.125]), new Float32Array([1])])).not.toBe(known)
    // printf '' | sha256sum
    expect(weightsHash([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('sees the weights of a view only, and reads shared memory', () => {
    const shared = new Float32Array(new SharedArrayBuffer(20))
    shared.set([9, 1, -2, 0.125, 9])
    const view = shared.subarray(1, 4)
    expect(weightsHash([view])).toBe(weightsHash([new Float32Array([1, -2, 0.125])]))
    expect([...shared]).toEqual([9, 1, -2, 0.125, 9])
  })

  it('changes with any bit of any weight', () => {
    const weights = fc.array(fc.float(), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(weights, fc.nat(), (values, place) => {
        const changed = new Float32Array(values)
        flipLastBit(changed, place % values.length)
        expect(weightsHash([changed])).not.toBe(weightsHash([new Float32Array(values)]))
      }),
    )
  })
})

describe('the spacing of float32', () => {
  it('is the distance to the next larger one, at every power of two and everywhere between', () => {
    for (let exponent = -126; exponent <= 127; exponent++) {
      expect(float32Spacing(2 ** exponent)).toBe(2 ** (exponent - 23))
    }
    fc.assert(
      fc.property(fc.float({ min: 0, max: 2 ** 127, noNaN: true }), (magnitude) => {
        const next = new Float32Array([magnitude])
        new Int32Array(next.buffer)[0]++
        expect(float32Spacing(magnitude)).toBe(next[0] - Math.abs(magnitude))
      }),
      { numRuns: 1000 },
    )
  })

  it('is not zero at zero', () => {
    expect(float32Spacing(0)).toBe(2 ** -149)
  })
})

function flipLastBit(weights: Float32Array, index: number): void {
  new Int32Array(weights.buffer, weights.byteOffset, weights.length)[index] ^= 1
}
