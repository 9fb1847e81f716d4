import { describe, expect, it } from 'vitest'
import { barrierModel } from './barrier.model.ts'
import { atomic, sleeping } from './counter.model.ts'
import { explore } from './explore.ts'
import { growing } from './signals.ts'

describe('the barrier, in every order of steps', () => {
  it.each([
    { ranks: 2, least: 60 },
    { ranks: 3, least: 400 },
    { ranks: 4, least: 3_000 },
  ])('lets none of $ranks ranks leave any of 3 steps before all have come to it', ({ ranks, least }) => {
    const { states, fault } = explore(barrierModel({ ranks, steps: 3, primitive: atomic }))
    expect(fault).toBeUndefined()
    expect(states).toBeGreaterThan(least)
  })

  it.each([
    { ranks: 2, steps: 3, spins: 1, least: 400 },
    { ranks: 3, steps: 2, spins: 0, least: 20_000 },
  ])('does so for $ranks ranks that sleep and wake in $steps steps', ({ ranks, steps, spins, least }) => {
    const { states, fault } = explore(barrierModel({ ranks, steps, primitive: sleeping(spins) }))
    expect(fault).toBeUndefined()
    expect(states).toBeGreaterThan(least)
  })
})

describe('a broken barrier', () => {
  it.each([2, 3, 4])('of %i ranks with one round too few lets one leave early', (ranks) => {
    const { fault } = explore(
      barrierModel({ ranks, steps: 2, primitive: atomic, change: (rounds) => rounds.slice(0, -2) }),
    )
    expect(fault).toMatchObject({ kind: 'violation' })
    expect(fault?.message).toMatch(/leaves step 0 before rank \d has come/)
  })

  it('whose targets do not grow lets one leave the second step early', () => {
    const { fault } = explore(
      barrierModel({ ranks: 2, steps: 2, primitive: atomic, target: (_, __, atLeast) => atLeast }),
    )
    expect(fault?.message).toMatch(/leaves step 1 before rank \d has come/)
  })

  it('that does not count the step that started the run lets one leave early', () => {
    const { fault } = explore(
      barrierModel({
        ranks: 3,
        steps: 2,
        primitive: atomic,
        target: (step, perStep, atLeast) => growing(step - 1, perStep, atLeast),
      }),
    )
    expect(fault?.message).toMatch(/leaves step 0 before rank \d has come/)
  })

  it('that awaits before it publishes never ends', () => {
    const { fault } = explore(
      barrierModel({ ranks: 3, steps: 1, primitive: atomic, change: (rounds) => rounds.toReversed() }),
    )
    expect(fault).toMatchObject({ kind: 'deadlock' })
  })
})
