import { describe, expect, it } from 'vitest'
import type { Plan } from '../../../src/plan/plan.ts'
import { changed, without, withoutEachSignal, withoutEndBarrier } from './broken-plan.ts'
import { explore } from './explore.ts'
import { planModel } from './plan.model.ts'
import { reductionPlan, type BucketedReduction } from './reduction.model.ts'

const STEPS = 2
const explored = (plan: Plan) => explore(planModel(plan, STEPS))

const CLASSIC = ['gather', 'tree', 'ring', 'direct'] as const

describe('a reduction, in every order of steps', () => {
  it.each<[string, BucketedReduction, number]>([
    ...CLASSIC.flatMap((reduction) =>
      [true, false].flatMap((overlap): [string, BucketedReduction, number][] => {
        const name = `${reduction}${overlap ? ', overlapping,' : ''} of`
        return [
          [`${name} 3 buckets among 2 ranks`, { ranks: 2, reduction, buckets: 3, overlap }, 190],
          [`${name} 3 buckets among 3 ranks`, { ranks: 3, reduction, buckets: 3, overlap }, 1_400],
          [`${name} 1 bucket among 4 ranks`, { ranks: 4, reduction, buckets: 1, overlap }, 2_000],
        ]
      }),
    ),
    [
      'direct of 3 buckets among 3 ranks, with a sharded optimizer,',
      { ranks: 3, reduction: 'direct', buckets: 3, shardOptimizer: true },
      1_000,
    ],
    ['owner of 3 layers among 3 ranks', { ranks: 3, reduction: 'owner', buckets: 3 }, 400],
    ['owner of 2 layers among 4 ranks', { ranks: 4, reduction: 'owner', buckets: 2 }, 2_000],
  ])('%s reads and writes nothing too early and races nowhere', (_, options, least) => {
    const { states, fault } = explored(reductionPlan(options))
    expect(fault).toBeUndefined()
    expect(states).toBeGreaterThan(least)
  })
})

const withoutAwaitsAt = (plan: Plan, times: number) =>
  without(plan, (instruction) => instruction.op === 'await' && instruction.atLeast === times)

describe('a broken reduction', () => {
  it.each(CLASSIC)('%s that adds before others’ gradients are complete reads what is not there', (reduction) => {
    const { fault } = explored(withoutAwaitsAt(reductionPlan({ ranks: 2, reduction, buckets: 2 }), 1))
    expect(fault).toMatchObject({ kind: 'violation' })
    expect(fault?.message).toMatch(/^reduce 1 in step 0 reads 'nothing' instead of/)
  })

  it('that adds one bucket while another rank still computes it is a race', () => {
    const plan = reductionPlan({ ranks: 3, reduction: 'gather', buckets: 2 })
    const { fault } = explored(
      without(plan, (instruction) => {
        const name = 'counter' in instruction ? plan.counters[instruction.counter].name : ''
        return instruction.op === 'await' && name.includes('layers 0') && instruction.atLeast === 1
      }),
    )
    expect(fault).toMatchObject({
      kind: 'race',
      message: 'rank 1: backward-weight 0 in step 0 | rank 0: update 1 in step 0, reduce 0 in step 0',
    })
  })

  it('direct that updates before all sums are complete reads a part of them', () => {
    const { fault } = explored(withoutAwaitsAt(reductionPlan({ ranks: 3, reduction: 'direct', buckets: 2 }), 2))
    expect(fault).toMatchObject({ kind: 'violation' })
    expect(fault?.message).toMatch(/^update 1 in step 0 reads '\d:\d in step 0' instead of '0:3 in step 0'/)
  })

  it('owner that does not wait for all activations reads what is not there', () => {
    const plan = reductionPlan({ ranks: 2, reduction: 'owner', buckets: 2 })
    const { fault } = explored(
      changed(plan, (program) => program.filter(({ op }, index) => op !== 'barrier' || index === program.length - 1)),
    )
    expect(fault).toMatchObject({ kind: 'violation' })
    expect(fault?.message).toMatch(/^backward-weight 1 in step 0 reads 'nothing' instead of/)
  })

  it.each([...CLASSIC, 'owner' as const])(
    '%s without a barrier between steps lets the next one come too early',
    (reduction) => {
      const { fault } = explored(withoutEndBarrier(reductionPlan({ ranks: 3, reduction, buckets: 2 })))
      expect(fault?.kind).toMatch(/race|violation/)
      expect(fault?.message).toMatch(/step 1/)
    },
  )

  it.each(CLASSIC)('%s of 3 ranks is found out, whichever await of one bucket is left out', (reduction) => {
    const mutants = withoutEachSignal(reductionPlan({ ranks: 3, reduction, buckets: 1 }))
    const awaits = mutants.filter(([what]) => what.includes('await'))
    expect(awaits.length).toBeGreaterThan(3)
    for (const [what, plan] of awaits) expect(explored(plan).fault?.kind, what).toMatch(/race|violation/)
  })

  it.each(['gather', 'tree', 'direct'] as const)(
    '%s of 3 ranks stands still, whichever publish of one bucket is left out',
    (reduction) => {
      const mutants = withoutEachSignal(reductionPlan({ ranks: 3, reduction, buckets: 1 }))
      const publishes = mutants.filter(([what]) => what.includes('publish'))
      expect(publishes.length).toBeGreaterThan(2)
      for (const [what, plan] of publishes) expect(explored(plan).fault?.kind, what).toBe('deadlock')
    },
  )
})
