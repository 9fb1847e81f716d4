import { describe, expect, it } from 'vitest'
import { INSTRUCTION, createControl, lineOf, reset, STEP } from '../../src/runtime/control.ts'
import { placesOf } from '../../src/runtime/places.ts'
import { smallCell } from './cells.ts'

const RANKS = 8
const { plan } = smallCell('data', { threads: RANKS })
const waiting = plan.programs.map((program) => program.findIndex(({ op }) => op === 'barrier'))

function controlOf(places: readonly (readonly [step: number, instruction: number])[]) {
  const control = createControl(RANKS, 0)
  reset(control)
  places.forEach(([step, instruction], rank) => {
    lineOf(control, rank)[STEP] = step
    lineOf(control, rank)[INSTRUCTION] = instruction
  })
  return control
}

describe('the message of a stall', () => {
  it('names the rank in a step that does not wait, whatever the others do', () => {
    const control = controlOf([[3, waiting[0]], [3, 0], ...waiting.slice(2).map((at) => [3, at] as const)])
    expect(placesOf(control, RANKS, plan).stalled('stall')).toMatch(
      /^stall; stalled: rank 1, step 3, instruction 0 \(forward of layer 0\)$/,
    )
  })

  it('names a few ranks if none is in a step, and a few if all wait', () => {
    const parked = placesOf(controlOf([]), RANKS, plan).stalled('stall')
    expect(parked).toMatch(/^stall; stalled: rank 0, outside of the steps; .*rank 3, .*; and 4 more$/)
    const control = controlOf(waiting.map((at) => [0, at] as const))
    expect(placesOf(control, RANKS, plan).stalled('stall')).toMatch(
      /^stall; all ranks wait: rank 0, step 0, instruction \d+ \(barrier\); .*; and 4 more$/,
    )
  })
})
