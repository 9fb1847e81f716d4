import { describe, expect, it } from 'vitest'
import { chooseKernel, KernelError } from '../../src/kernels/choose.ts'
import { checkArithmetic, prepareSpeed } from '../../src/kernels/self-check.ts'
import { js } from '../../src/kernels/js/js.ts'
import { ACTIVATIONS, type Activation, KERNELS, type KernelFactory, type KernelName } from '../../src/kernels/kernel.ts'

const [major, minor] = process.versions.node.split('.').map(Number)
/** The fastest kernel that this Node has been seen to run on x64. */
const EXPECTED: KernelName = major > 23 || (major === 23 && minor >= 5) ? 'fma256' : 'fma'

/** Fails the self-check of some kernels. */
const failing = (...names: KernelName[]) => ({
  arithmetic: (make: KernelFactory, name: KernelName) => (names.includes(name) ? undefined : checkArithmetic(make)),
  speed: prepareSpeed,
})

/** Kernels of given speeds, slice by slice. */
const running = (speeds: Readonly<Record<Exclude<KernelName, 'fma256'>, (slice: number) => number>>) => ({
  ...failing('fma256'),
  speed: (_: KernelFactory, name: KernelName) => {
    let slices = 0
    return () => (name === 'fma256' ? 0 : speeds[name](slices++))
  },
})
const always = (gflops: number) => () => gflops
const [js1, simd40] = [always(1), always(40)]

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
        return prepareSpeed(make)
      },
    }
    expect(chooseKernel(undefined, checks).choice.name).toBe('js')
  })

  it.each<[string, (slice: number) => number]>([
    ['most of its slices are disturbed', (slice) => (slice % 10 === 9 ? 45 : 5)],
    ['it is disturbed for some time', (slice) => (slice < 40 ? 5 : 45)],
    ['it is disturbed twice', (slice) => (slice < 40 || slice > 50 ? 5 : 45)],
    ['it is a little slower', always(36)],
  ])('keeps the later kernel of the list where %s', (_, fma) => {
    expect(chooseKernel(undefined, running({ js: js1, simd: simd40, fma })).choice.name).toBe('fma')
  })

  it.each<[string, (slice: number) => number]>([
    ['is not', simd40],
    ['is disturbed', (slice) => (slice % 10 === 9 ? 40 : 4)],
  ])('gives up a kernel that is several times slower, where the faster one %s', (_, simd) => {
    const { choice, gflops } = chooseKernel(undefined, running({ js: js1, simd, fma: always(8) }))
    expect([choice.name, gflops]).toEqual(['simd', 40])
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
