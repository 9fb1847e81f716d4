import { describe, expect, it } from 'vitest'
import { channelPlan, type Channel } from './channel.model.ts'
import { changed, without, withoutEndBarrier } from './broken-plan.ts'
import { explore } from './explore.ts'
import { planModel } from './plan.model.ts'
import type { Cause, Instruction, Plan } from '../../../src/plan/plan.ts'

const STEPS = 2
const explored = (plan: Plan) => explore(planModel(plan, STEPS))

/** The plan in which what is published under such a name comes one instruction earlier. */
const publishedEarlier = (plan: Plan, name: string): Plan =>
  changed(plan, (program) => {
    const earlier: Instruction[] = [...program]
    program.forEach((instruction, i) => {
      if (instruction.op !== 'publish' || !plan.counters[instruction.counter].name.includes(name)) return
      earlier[i] = earlier[i - 1]
      earlier[i - 1] = instruction
    })
    return earlier
  })

const awaits = (cause: Cause) => (instruction: Instruction) => instruction.op === 'await' && instruction.cause === cause

describe('a channel, in every order of steps', () => {
  it.each(
    [1, 2, 3, 4].flatMap((microbatches) =>
      Array.from({ length: microbatches }, (_, i) => ({ microbatches, slots: i + 1 })),
    ),
  )('hands over in 2 steps: 1f1b, 2 stages, microbatches: $microbatches, slots: $slots', ({ microbatches, slots }) => {
    const { states, fault } = explored(channelPlan({ stages: 2, microbatches, slots, schedule: '1f1b' }))
    expect(fault).toBeUndefined()
    expect(states).toBeGreaterThan(30 * microbatches)
  })

  it.each<[string, Channel, number]>([
    ['1f1b, 3 stages, 2 slots', { stages: 3, microbatches: 4, slots: 2, schedule: '1f1b' }, 2_000],
    ['zero-bubble, 3 stages, 3 slots', { stages: 3, microbatches: 4, slots: 3, schedule: 'zero-bubble' }, 3_000],
    ['gpipe, 3 stages, 4 slots', { stages: 3, microbatches: 4, slots: 4, schedule: 'gpipe' }, 1_000],
    ['1f1b, 4 stages, 4 slots', { stages: 4, microbatches: 4, slots: 4, schedule: '1f1b' }, 10_000],
  ])('hands 4 microbatches on from stage to stage in 2 steps: %s', (_, options, least) => {
    const { states, fault } = explored(channelPlan(options))
    expect(fault).toBeUndefined()
    expect(states).toBeGreaterThan(least)
  })

  it.each([1, 2, 3])('stands still if 4 microbatches are in flight at once and slots are %i', (slots) => {
    const { fault } = explored(channelPlan({ stages: 2, microbatches: 4, slots, schedule: 'gpipe' }))
    expect(fault).toMatchObject({
      kind: 'deadlock',
      message: `rank 0: await 'activation 1 released' at 1 | rank 1: await 'activation 1 written' at ${slots + 1}`,
    })
  })
})

describe('a broken channel', () => {
  const plan = channelPlan({ stages: 2, microbatches: 3, slots: 1, schedule: '1f1b' })

  it('whose producer does not wait for credit overwrites what is being read', () => {
    const { fault } = explored(without(plan, awaits('credit')))
    expect(fault).toMatchObject({ kind: 'race' })
    expect(fault?.message).toMatch(/^rank 0: forward 0 in step 0 \| rank 1: forward 1 in step 0/)
  })

  it('whose producer publishes before it writes is read while it is written', () => {
    const { fault } = explored(publishedEarlier(plan, 'activation 1 written'))
    expect(fault).toMatchObject({ kind: 'race' })
    expect(fault?.message).toMatch(/^rank 0: forward 0 in step 0 \| rank 1: forward 1 in step 0/)
  })

  it('whose consumer gives a slot back before its last read is overwritten too early', () => {
    const deferred = channelPlan({ stages: 2, microbatches: 3, slots: 2, schedule: 'zero-bubble' })
    const { fault } = explored(publishedEarlier(deferred, 'activation 1 released'))
    expect(fault).toMatchObject({ kind: 'race' })
    expect(fault?.message).toMatch(/^rank 0: forward 0 in step 0 \| rank 1: backward-weight 1 in step 0/)
  })

  it('whose consumer does not wait reads nothing', () => {
    const { fault } = explored(without(plan, awaits('receive')))
    expect(fault).toMatchObject({ kind: 'violation' })
    expect(fault?.message).toMatch(/reads 'nothing' instead of/)
  })

  it('whose credit never comes stands still', () => {
    const { fault } = explored(
      without(
        plan,
        (instruction) =>
          instruction.op === 'publish' && plan.counters[instruction.counter].name === 'activation 1 released',
      ),
    )
    expect(fault).toMatchObject({ kind: 'deadlock' })
  })

  it('without a barrier between steps is overwritten by the step that follows', () => {
    const deferred = channelPlan({ stages: 2, microbatches: 3, slots: 2, schedule: 'zero-bubble' })
    const { fault } = explored(withoutEndBarrier(deferred))
    expect(fault).toMatchObject({
      kind: 'race',
      message: 'rank 0: forward 0 in step 1 | rank 1: backward-weight 1 in step 0',
    })
  })
})
