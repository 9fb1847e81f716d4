import { describe, expect, it } from 'vitest'
import { environmentDifferences } from '../../../src/report/compare/environment.ts'
import { comparisonOf, serials, BLOCKS, openRuns } from './made-up.ts'

const run = openRuns('compare-environment-')

describe('the environment', () => {
  it('is listed only where runs differ', () => {
    const machine = {
      cpu: 'one',
      node: 'v20.0.0',
      memoryBytes: 8 * 2 ** 30,
      operatingSystem: { name: 'Debian 12', kernel: '6.1' },
      execArgv: [],
      git: { commit: 'abc', dirty: false },
      loadBefore: [0.5, 0, 0],
      loadAfter: [2, 0, 0],
    }
    const other = {
      ...machine,
      cpu: 'two',
      memoryBytes: 16 * 2 ** 30,
      operatingSystem: { name: 'Debian 12', kernel: '6.2' },
      execArgv: ['--no-opt'],
      git: { commit: 'abc', dirty: true },
      loadBefore: null,
    }
    const { runs } = comparisonOf([
      run(serials(BLOCKS), { machine }),
      run(serials(BLOCKS, { kernel: 'fma256' }), { machine: other }),
    ])
    expect(environmentDifferences(runs)).toEqual([
      { name: 'CPU', values: ['one', 'two'] },
      { name: 'memory', values: ['8.0 GiB', '16.0 GiB'] },
      { name: 'system kernel', values: ['6.1', '6.2'] },
      { name: 'flags', values: ['none', '--no-opt'] },
      { name: 'kernel', values: ['fma', 'fma256'] },
      { name: 'commit', values: ['abc', 'abc, changed'] },
      { name: 'load', values: ['0.5 before, 2.0 after', 'unknown before, 2.0 after'] },
    ])
  })
})
