import { describe, expect, it } from 'vitest'
import { aboutSeconds, blockLine, progressLine } from '../../../src/report/text/progress.ts'

const PROGRESS = {
  experiment: 'combine',
  group: 'width 64, batch 32',
  block: 3,
  fewest: 5,
  done: 7,
  cells: 16,
  label: 'data, shared',
  stepNs: 810_000,
  secondsLeft: 41.3,
}

describe('the progress', () => {
  it('is one line in a terminal, that says less where there is less room', () => {
    expect(progressLine(PROGRESS, 120)).toBe(
      'combine, width 64, batch 32 · block 3 of at least 5 · 7/16 cells · data, shared 810.0 µs · about 40 s left',
    )
    expect(progressLine(PROGRESS, 80)).toBe('combine · block 3 · 7/16 cells · about 40 s left')
    for (let width = 8; width < 130; width++) {
      expect(progressLine(PROGRESS, width).length).toBeLessThan(width)
    }
  })

  it('is a line per block in a pipe', () => {
    expect(blockLine({ ...PROGRESS, group: '', done: 16, block: 6, secondsLeft: undefined })).toBe(
      'combine: block 6; 16 of 16 cells; data, shared 810.0 µs a step',
    )
  })

  it('rounds the time that is left', () => {
    expect([0.4, 4.4, 41.3, 100, 4000, 9000].map(aboutSeconds)).toEqual([
      'under 1 s',
      'about 4 s',
      'about 40 s',
      'about 2 min',
      'about 67 min',
      'about 2.5 h',
    ])
  })
})
