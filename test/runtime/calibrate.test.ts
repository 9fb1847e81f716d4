import { expect, it } from 'vitest'
import { calibrate } from '../../src/runtime/calibrate.ts'
import { createControl, lineOf } from '../../src/runtime/control.ts'
import { createFrame } from '../../src/runtime/signals.ts'
import { smallCell } from './cells.ts'

const { plan } = smallCell('pipeline', { threads: 2, microbatches: 2 })
const [program] = plan.programs
const SIGNALS = ['publish', 'await', 'barrier']
const computing = program.flatMap(({ op }, index) => (SIGNALS.includes(op) ? [] : [index]))

/** Calibrates rank 0 with a program that only notes what is called. */
function noted(asked: readonly number[]) {
  const control = createControl(1, 1)
  const called: number[] = []
  const bound = {
    actions: program.map((_, index) => () => void called.push(index)),
    moving: [],
    frame: createFrame(),
    betas: [0.9, 0.999] as const,
  }
  const side = { rank: 0, part: { program }, bound, counters: control.counters, line: lineOf(control, 0) }
  const times = calibrate({ ...side, batches: 2, instructions: [asked], milliseconds: 0, warmUpMs: 0 })
  return { called, times }
}

it('runs all that a rank computes in a step before it times an instruction again, and no signals', () => {
  const { called } = noted([computing[1]])
  const passes = called.length / computing.length
  expect(called).toEqual(Array.from({ length: passes }, () => computing).flat())
})

it('gives a time of each repetition, of each instruction that was asked for', () => {
  const asked = [computing[2], computing[0]]
  const { called, times } = noted(asked)
  expect(times).toHaveLength(asked.length)
  // The first pass warms up.
  const passes = called.length / computing.length - 1
  for (const each of times) expect(each).toHaveLength(passes)
})
