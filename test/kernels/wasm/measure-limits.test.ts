import { setFlagsFromString } from 'node:v8'
import { runInThisContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { chooseKernel } from '../../../src/kernels/choose.ts'
import { instantiate } from '../../../src/kernels/wasm/kernel.ts'
import { measurePeak, ratesByWindow } from '../../../src/kernels/wasm/measure-limits.ts'

const WINDOW_MS = 0.5
/** What a slice does, so that one of a tenth of a millisecond runs at 1. */
const AMOUNT = 1e5

const ratesOf = (...marks: number[]) => ratesByWindow(marks, AMOUNT, WINDOW_MS)

describe('the rates of a thread by window', () => {
  it('spread a slice evenly over the windows in which it ran', () => {
    const rates = ratesOf(10.4, 10.5, 10.6)
    expect([...rates.keys()]).toEqual([20, 21])
    for (const rate of rates.values()) expect(rate).toBeCloseTo(0.2)
    const [first, second] = ratesOf(10.45, 10.55).values()
    expect(first).toBeCloseTo(0.1)
    expect(second).toBeCloseTo(0.1)
  })

  it('are low where the thread was not running', () => {
    const even = [0, 0.1, 0.2, 0.3, 0.4, 0.5]
    const rates = ratesOf(...even, 1.9, ...even.map((time) => 2 + time))
    expect(rates.get(0)).toBeCloseTo(1)
    for (const window of [1, 2]) expect(rates.get(window)).toBeLessThan(0.1)
    expect(rates.get(4)).toBeCloseTo(1)
  })

  it('never exceed the speed of a slice, wherever windows begin', () => {
    for (let start = 0; start < 1; start += 0.07) {
      const marks = Array.from({ length: 30 }, (_, slice) => start + slice * 0.1)
      for (const rate of ratesOf(...marks).values()) expect(rate).toBeLessThanOrEqual(1 + 1e-9)
    }
  })
})

describe('the peak of a thread', () => {
  const { choice } = chooseKernel('simd')
  const { module } = choice

  // First: V8 keeps the code of a module, and would have replaced that of its baseline compiler later.
  it('is never that of V8’s baseline code', () => {
    setFlagsFromString('--allow-natives-syntax')
    const isBaseline = runInThisContext('(code) => %IsLiftoffFunction(code)') as (code: unknown) => boolean
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    const { peak } = instantiate(module!, memory)
    peak(0, 1)
    expect(isBaseline(peak)).toBe(false)
  })

  it('is measured after all threads have met', () => {
    let met = 0
    const rates = measurePeak('simd', module!, (slice) => {
      slice()
      met = performance.now()
    })
    expect(rates.size).toBeGreaterThan(0)
    expect(Math.min(...rates.keys())).toBeGreaterThanOrEqual(Math.floor(met / WINDOW_MS))
  })
})
