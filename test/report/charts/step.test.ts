import { describe, expect, it } from 'vitest'
import { passLabels, spansOf, stepOf } from '../../../src/report/charts/step.ts'
import { processEvent, spanEvent } from './rows.ts'

const pass = (name: string, from: number, to: number) => spanEvent(0, 0, 'pass', from, to, name)

describe('a step of the trace', () => {
  it('lasts until its last rank is done', () => {
    const step = stepOf([processEvent(0, 'x'), spanEvent(0, 0, 'forward', 0, 5), spanEvent(0, 1, 'loss', 2, 9)])
    expect(step.length).toBe(9)
    expect(step.ranks).toBe(2)
  })

  it('has a rank wait at the barrier until it begins', () => {
    const step = stepOf([spanEvent(0, 0, 'forward', 0, 5), spanEvent(0, 1, 'forward', 3, 9)])
    expect(spansOf(step, 0.1)).toEqual([
      { rank: 0, work: 'forward', from: 0, to: 5 },
      { rank: 1, work: 'wait-barrier', from: 0, to: 3 },
      { rank: 1, work: 'forward', from: 3, to: 9 },
    ])
  })

  it('tells packing, which the ledger books as backward-input, from the backward pass', () => {
    const step = stepOf([
      spanEvent(0, 0, 'backward-input', 0, 2, 'pack 1'),
      spanEvent(0, 0, 'backward-input', 2, 5, 'backward-input 1'),
    ])
    expect(spansOf(step, 0.1).map(({ work }) => work)).toEqual(['pack', 'backward-input'])
  })

  it('joins what is done without a gap, of one rank, and leaves out what does not show', () => {
    const step = stepOf([
      spanEvent(0, 0, 'forward', 0, 5),
      spanEvent(0, 0, 'forward', 5, 8),
      spanEvent(0, 0, 'other', 8, 8.05),
      spanEvent(0, 0, 'update', 8.05, 12),
      spanEvent(0, 1, 'update', 0, 12),
    ])
    expect(spansOf(step, 0.1)).toEqual([
      { rank: 0, work: 'forward', from: 0, to: 8 },
      { rank: 0, work: 'update', from: 8.05, to: 12 },
      { rank: 1, work: 'update', from: 0, to: 12 },
    ])
  })

  it('ignores what is no instruction, such as the step and its passes', () => {
    expect(spansOf(stepOf([spanEvent(0, 0, 'step', 0, 9), spanEvent(0, 0, 'pass', 0, 9, 'F 0')]), 0.1)).toEqual([])
  })

  it('numbers each pass where it works longest without a pause', () => {
    const step = stepOf([
      pass('F 0', 0, 10),
      pass('B 1', 20, 60),
      spanEvent(0, 0, 'forward', 0, 10),
      spanEvent(0, 0, 'backward-input', 20, 25),
      spanEvent(0, 0, 'wait-credit', 25, 50),
      spanEvent(0, 0, 'backward-weight', 50, 60),
    ])
    expect(passLabels(step, 8)).toEqual([
      { rank: 0, label: '0', at: 5, on: 'forward' },
      { rank: 0, label: '1', at: 55, on: 'backward-weight' },
    ])
  })

  it('has no number where there is no room, nor where all is one microbatch', () => {
    const forwards = [spanEvent(0, 0, 'forward', 0, 3), spanEvent(0, 0, 'forward', 3, 20)]
    const two = [pass('F 0', 0, 3), pass('F 1', 3, 20), ...forwards]
    expect(passLabels(stepOf(two), 8).map(({ label }) => label)).toEqual(['1'])
    expect(passLabels(stepOf([pass('F 0', 0, 20), spanEvent(0, 0, 'forward', 0, 20)]), 8)).toEqual([])
  })
})
