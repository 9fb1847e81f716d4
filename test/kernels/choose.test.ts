import { describe, expect, it } from 'vitest'
import { chooseKernel, KernelError } from '../../src/kernels/choose.ts'
import { checkArithmetic, measureSpeed } from '../../src/kernels/self-check.ts'
import { KERNELS, type KernelName } from '../../src/kernels/kernel.ts'

const [major, minor] = process.versions.node.split('.').map(Number)
/** The fastest kernel that this Node has been seen to run on x64. */
const EXPECTED: KernelName = major > 23 || (major === 23 && minor >= 5) ? 'fma256' : 'fma'

/** Fails the self-check of some kernels. */
const failing = (...names: KernelName[]) => ({
  arithmetic: (choice: Parameters<typeof checkArithmetic>[0]) =>
    names.includes(choice.name) ? undefined : checkArithmetic(choice),
  speed: measureSpeed,
})

describe('the choice of a kernel', () => {
  it('takes the fastest that runs here', () => {
    const { choice, gflops } = chooseKernel(undefined)
    if (process.arch === 'x64' && EXPECTED === 'fma256') expect(choice.name).toBe('fma256')
    else expect(['simd', 'fma']).toContain(choice.name)
    expect(gflops).toBeGreaterThan(chooseKernel('js').gflops)
  })

  it('falls back when a faster one computes wrong results, down to plain JavaScript', () => {
    const { choice, rejected } = chooseKernel(undefined, failing('fma256'))
    expect(['simd', 'fma']).toContain(choice.name)
    expect(rejected.map(({ name }) => name)).toContain('fma256')
    expect(chooseKernel(undefined, failing('fma256', 'fma')).choice.name).toBe('simd')
    expect(chooseKernel(undefined, failing('fma256', 'fma', 'simd')).choice.name).toBe('js')
  })

  it('falls back when a faster one throws', () => {
    const checks = {
      arithmetic: checkArithmetic,
      speed: (choice: Parameters<typeof measureSpeed>[0]) => {
        if (choice.name !== 'js') throw new Error('trapped')
        return measureSpeed(choice)
      },
    }
    expect(chooseKernel(undefined, checks).choice.name).toBe('js')
  })

  it('refuses a kernel that was asked for and fails, with the reason', () => {
    expect(() => chooseKernel('simd', failing('simd'))).toThrow(KernelError)
    expect(() => chooseKernel('simd', failing('simd'))).toThrow(
      '--kernel simd: its results are wrong on this machine',
    )
    if (EXPECTED !== 'fma256')
      expect(() => chooseKernel('fma256')).toThrow(/^--kernel fma256: it needs Node 23\.5/)
  })

  it('knows the arithmetic of each kernel', () => {
    for (const name of KERNELS) {
      if (name === 'fma256' && EXPECTED !== 'fma256') continue
      const { arithmetic } = chooseKernel(name).choice
      if (name === 'js' || name === 'simd') expect(arithmetic).toBe('f32')
      else expect(['f32', 'fma']).toContain(arithmetic)
    }
  })
})
