import { describe, expect, it } from 'vitest'
import { compareLaws, lawLines } from '../../../src/report/compare/laws.ts'
import { comparisonOf, serials, BLOCKS, openRuns } from './made-up.ts'

const run = openRuns('compare-laws-')

/** A row of laws.csv. */
const law = (value: number | '', more = {}) => ({
  experiment: 'scaling',
  series: 'tensor',
  law: 'amdahl',
  parameter: 'sigma',
  value,
  ci_low: value === '' ? '' : value - 0.01,
  ci_high: value === '' ? '' : value + 0.01,
  status: value === '' ? 'refused' : 'ok',
  ...more,
})

describe('the parameters of scaling laws', () => {
  it('stand side by side, and differ if their intervals are apart', () => {
    const comparison = comparisonOf([
      run(serials(BLOCKS), { laws: [law(0.1)] }),
      run(serials(BLOCKS), { laws: [law(0.115)] }),
      run(serials(BLOCKS), { laws: [law(0.2)] }),
    ])
    const [parameter] = compareLaws(comparison)
    expect(parameter).toMatchObject({
      series: 'tensor',
      law: 'amdahl',
      parameter: 'sigma',
      differs: [false, true],
    })
    expect(lawLines(comparison)).toEqual([
      'scaling, tensor: amdahl sigma 0.1 [0.09, 0.11] in A, 0.115 [0.105, 0.125] in B, 0.2 [0.19, 0.21] in C (differs)',
    ])
  })

  it('are left out of runs whose cells are refused, and missing where a run has none', () => {
    const comparison = comparisonOf([
      run(serials(BLOCKS), { laws: [law(0.1)] }),
      run(serials(BLOCKS, { batch: 32 }), { laws: [law(0.2)] }),
      run(serials(BLOCKS)),
    ])
    expect(compareLaws(comparison)[0]).toMatchObject({
      values: [{ value: 0.1 }, undefined, undefined],
      differs: [undefined, undefined],
    })
  })

  it('give the reason where none could be fitted', () => {
    const comparison = comparisonOf([
      run(serials(BLOCKS), { laws: [law('', { reason: 'too few distinct counts' })] }),
      run(serials(BLOCKS)),
    ])
    expect(lawLines(comparison)).toEqual(['A: no scaling law could be fitted: too few distinct counts'])
  })
})
