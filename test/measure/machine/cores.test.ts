import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { availableCores, cgroupQuota, groupsOf, parseQuota, wholeCores } from '../../../src/measure/machine/cores.ts'

describe('the CPU quota', () => {
  it('is the share of the period, in cores', () => {
    expect(parseQuota('150000 100000\n')).toBe(1.5)
    expect(parseQuota('50000\n 100000\n')).toBe(0.5)
  })

  it('is no limit when it says max, -1 or 0, or cannot be read', () => {
    for (const text of ['max 100000\n', '-1\n 100000\n', '0 100000', '100000', '100000 0', '', 'what', undefined])
      expect(parseQuota(text)).toBeUndefined()
  })

  it('of this process is a positive number or none', () => {
    expect(cgroupQuota() ?? 1).toBeGreaterThan(0)
  })
})

describe('the control groups of the CPU', () => {
  it('are, in version 2, the one named and all above it', () => {
    expect(groupsOf('0::/user.slice/run.scope\n')).toEqual(['', '/user.slice', '/user.slice/run.scope'])
  })

  it('are, in version 1, those of the controller cpu', () => {
    const membership = '3:cpuset:/a\n2:cpuacct,cpu:/docker/b:c\n1:memory:/d\n0::/\n'
    expect(groupsOf(membership)).toEqual(['', '/docker', '/docker/b:c'])
  })

  it('are the root where nothing is known', () => {
    expect(groupsOf('')).toEqual([''])
  })
})

describe('the available cores', () => {
  it('are those that quota and affinity leave whole, and at least one', () => {
    expect(wholeCores(8, undefined)).toBe(8)
    expect(wholeCores(8, 4)).toBe(4)
    expect(wholeCores(2, 4)).toBe(2)
    expect(wholeCores(8, 1.5)).toBe(1)
    expect(wholeCores(8, 0.5)).toBe(1)
  })

  it('are never more than the parallelism that the system reports', () => {
    expect(availableCores()).toBeGreaterThanOrEqual(1)
    expect(availableCores()).toBeLessThanOrEqual(availableParallelism())
  })
})
