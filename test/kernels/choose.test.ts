import { describe, expect, it } from 'vitest'
import { chooseKernel, KernelError } from '../../src/kernels/choose.ts'
import { checkArithmetic, measureSpeed } from '../../src/kernels/self-check.ts'
import { js } from '../../src/kernels/js/js.ts'
import { ACTIVATIONS, type Activation, KERNELS, type KernelFactory, type KernelName } from '../../src/kernels/kernel.ts'

const [major, minor] = process.versions.node.split('.').map(Number)
/** The fastest kernel that this Node has been seen to run on x64. */
const EXPECTED: KernelName = major > 23 || (major === 23 && minor >= 5) ? 'fma256' : 'fma'

/** Fails the self-check of some kernels. */
const failing = (...names: KernelName[]) => ({
  arithmetic: (make: KernelFactory, name: KernelName) => (names.includes(name) ? undefined : checkArithmetic(make)),
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
      speed: (make: KernelFactory, name: KernelName) => {
        if (name !== 'js') throw new Error('trapped')
        return measureSpeed(make)
      },
    }
    expect(chooseKernel(undefined, checks).choice.name).toBe('js')
  })

  it.each(ACTIVATIONS)('finds a kernel wrong that takes %s for another activation', (missing) => {
    const others = ACTIVATIONS.filter((activation) => activation !== missing)
    for (const other of others) {
      const taken = (activation: Activation) => (activation === missing ? other : activation)
      const forwards: KernelFactory = (memory) => {
        const right = js(memory)
        return { ...right, forward: (x, w, bias, y, kind) => right.forward(x, w, bias, y, taken(kind)) }
      }
      const backwards: KernelFactory = (memory) => {
        const right = js(memory)
        return {
          ...right,
          backwardInput: (dy, w, x, dx, kind) => right.backwardInput(dy, w, x, dx, taken(kind)),
        }
      }
      expect(checkArithmetic(forwards)).toBeUndefined()
      expect(checkArithmetic(backwards)).toBeUndefined()
    }
  })

  it('refuses a kernel that was asked for and fails, with the reason', () => {
    expect(() => chooseKernel('simd', failing('simd'))).toThrow(KernelError)
    expect(() => chooseKernel('simd', failing('simd'))).toThrow('--kernel simd: its results are wrong on this machine')
    if (EXPECTED !== 'fma256') expect(() => chooseKernel('fma256')).toThrow(/^--kernel fma256: it needs Node 23\.5/)
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
