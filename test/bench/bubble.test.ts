import { describe, expect, it } from 'vitest'
import { bubble } from '../../bench/bubble.ts'
import type { Experiment } from '../../bench/run/experiment.ts'
import { experimentOf, NOISY, ONCE, resultOf, STEADY, type Failure } from './made-up.ts'

const SMALL = ['--layers', '20-18-16-10', '--schedule', '1f1b', '--batch', '4']
const usual = experimentOf(bubble, '--threads', '2', ...SMALL)

/** Nanoseconds of a step with so many microbatches. */
type StepNs = Readonly<Record<number, number>>

const concluded = (
  stepNs: StepNs,
  blocks: readonly number[] = STEADY,
  failed: Readonly<Record<number, Failure>> = {},
  { groups: [group], conclude }: Experiment = usual,
): string[] =>
  conclude([
    resultOf(group, ({ mode, grid: { microbatches } }) =>
      mode === 'serial'
        ? { ns: 1e6, blocks: blocks.map(() => 1) }
        : {
            ns: stepNs[microbatches],
            blocks: blocks.map((times) => times ** microbatches),
            failure: failed[microbatches],
          },
    ),
  ])

const CLEAR = { 1: 9e5, 2: 6e5, 4: 8e5 }

describe('what bubble concludes', () => {
  it('tells how long threads wait with the fewest and the most microbatches, and with which the step is shortest', () => {
    expect(concluded(CLEAR)).toEqual([
      expect.stringMatching(
        /^1f1b: threads wait 0 % \(by plan \d+ %\) with 1 and 0 % \(by plan \d+ %\) with 4 microbatches; the median step is shortest with 2\.$/,
      ),
    ])
  })

  it('states no cause, which was not measured', () => {
    for (const stepNs of [CLEAR, { 1: 9e5, 2: 9e5, 4: 9e5 }]) {
      expect(concluded(stepNs).join()).not.toMatch(/since|because|more slowly/)
    }
  })

  it('names all counts whose steps cannot be told from the shortest', () => {
    expect(concluded({ ...CLEAR, 4: 6.05e5 }, NOISY)[0]).toMatch(/; not known with how many .*: 2, 4\.$/)
    expect(concluded({ ...CLEAR, 1: 6e5, 4: 6e5 }, ONCE)[0]).toMatch(/; not known with how many .*: 1, 2, 4\.$/)
  })

  it.each(['mismatch', 'not-finite', 'impossible'] as const)('counts no cell that is a %s', (failure) => {
    expect(concluded(CLEAR, STEADY, { 2: failure })[0]).toMatch(
      /with 4 microbatches; the median step is shortest with 4/,
    )
    expect(concluded(CLEAR, STEADY, { 1: failure, 2: failure, 4: failure })).toEqual([])
  })

  it('says nothing of the shortest step where there is one count', () => {
    expect(concluded(CLEAR, STEADY, { 1: 'mismatch', 2: 'mismatch' })[0]).toMatch(/\) with 4 microbatches\.$/)
    expect(concluded(CLEAR, STEADY, { 2: 'mismatch', 4: 'mismatch' })[0]).toMatch(/\) with 1 microbatch\.$/)
  })

  it('has a sentence for each thread count', () => {
    const both = experimentOf(bubble, '--threads', '2,3', ...SMALL)
    expect(concluded(CLEAR, STEADY, {}, both).map((sentence) => sentence.split(':')[0])).toEqual([
      '1f1b on 2 threads',
      '1f1b on 3 threads',
    ])
  })
})
