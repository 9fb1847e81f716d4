import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { js } from '../../../src/kernels/js/js.ts'
import { activate, multiplyByDerivative } from '../../../src/kernels/js/activation.ts'
import { exp, log, sigmoid, tanh } from '../../../src/kernels/js/transcendental.ts'
import { LOSSES, ACTIVATIONS, type Matrix } from '../../../src/kernels/kernel.ts'
import { elementwise } from '../../../src/kernels/wasm/small/elementwise.ts'
import {
  bindSmallOperations,
  smallOperations,
  type SmallExports,
  type SmallOperations,
} from '../../../src/kernels/wasm/small/index.ts'
import {
  exponential,
  hyperbolicTangent,
  logarithm,
  logistic,
  temporaries,
} from '../../../src/kernels/wasm/small/transcendental.ts'
import { arena, numbers, randomSource } from '../arena.ts'
import { assemble } from './assemble.ts'

const CODE = { exp: exponential, log: logarithm, tanh: hyperbolicTangent, sigmoid: logistic }
const FUNCTIONS = { exp, log, tanh, sigmoid }
type FunctionName = keyof typeof FUNCTIONS

/** The functions themselves, one operation each, beside those that are made of them. */
const functionText = Object.entries(CODE).map(([name, code]) =>
  elementwise({ name, reads: ['x'], writes: ['x'], temporaries, formula: (u) => code(`$x${u}`, u) }),
)

const module = await assemble(smallOperations + functionText.join(''))

const SCRATCH = 64

/** A memory with matrices, and the operations that work on it: those of `js`, or those of WebAssembly. */
function workplace(kind: 'js' | 'wasm') {
  const made = arena(16)
  const floats = new Float32Array(made.memory.buffer)
  const scratch = made.matrix(1, SCRATCH)
  const { exports } = new WebAssembly.Instance(module, { env: { memory: made.memory } })
  const readable: SmallOperations = {
    ...js(made.memory),
    activate(y, activation) {
      // The js kernel always adds a bias; a sum with −0 changes nothing.
      const bias = made.matrix(1, y.columns, 0, new Float32Array(y.columns).fill(-0))
      activate(floats, y, bias, activation)
    },
    multiplyByDerivative(dx, x, activation) {
      multiplyByDerivative(floats, dx, x, activation)
    },
  }
  const vectors = bindSmallOperations(
    exports as unknown as SmallExports,
    new Int32Array(made.memory.buffer, scratch.offset * 4, SCRATCH),
  )
  return { ...made, exports, operations: kind === 'js' ? readable : vectors }
}
type Workplace = ReturnType<typeof workplace>

/** Runs the same with both, and compares all matrices to the bit, and what lies between them. */
function agree(run: (place: Workplace) => Matrix[]): void {
  const [wanted, got] = (['js', 'wasm'] as const).map((kind) => {
    const place = workplace(kind)
    const values = run(place).map((matrix) => place.read(matrix))
    expect(place.overwritten()).toBe(0)
    return values
  })
  for (const [m, values] of wanted.entries()) {
    const differing = [...values].flatMap((value, at) =>
      Object.is(value, got[m][at]) ? [] : [{ m, at, value, got: got[m][at] }],
    )
    expect(differing).toEqual([])
  }
}

const size = fc.integer({ min: 1, max: 70 })
const padding = fc.integer({ min: 0, max: 5 })
const seed = fc.integer()
const activation = fc.constantFrom(...ACTIVATIONS)
const loss = fc.constantFrom(...LOSSES)
const hyper = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

describe('the small operations of the WebAssembly kernels, to the bit as those of the js kernel', () => {
  it('sum rows into a bias gradient, from +0 or from what is there', () => {
    fc.assert(
      fc.property(size, size, padding, seed, fc.boolean(), (rows, columns, pad, salt, accumulate) => {
        agree(({ matrix, operations }) => {
          const dy = matrix(rows, columns, pad, numbers(rows * columns, salt))
          const db = matrix(1, columns, 0, numbers(columns, salt + 1))
          operations.backwardBias(dy, db, accumulate)
          return [dy, db]
        })
      }),
    )
  })

  it('add any number of matrices, into one of them or into another', () => {
    fc.assert(
      fc.property(size, size, padding, seed, fc.integer({ min: 1, max: 12 }), fc.nat(), (...given) => {
        const [rows, columns, pad, salt, count, pick] = given
        agree(({ matrix, operations }) => {
          const all = Array.from({ length: count + 1 }, (_, s) =>
            matrix(rows, columns, (pad * s) % 6, numbers(rows * columns, salt + s)),
          )
          operations.sum(all.slice(0, count), all[pick % (count + 1)])
          return all
        })
      }),
    )
  })

  it('update weights by each optimizer', () => {
    fc.assert(
      fc.property(size, size, padding, padding, seed, (rows, columns, pad, more, salt) => {
        agree(({ matrix, operations }) => {
          const filled = (s: number, by: number) => matrix(rows, columns, by, numbers(rows * columns, salt + s))
          const [w, gradient, velocity, first] = [filled(0, pad), filled(1, pad), filled(2, more), filled(3, pad)]
          const second = matrix(rows, columns, more, numbers(rows * columns, salt + 4).map(Math.abs))
          operations.sgd(w, gradient, hyper)
          operations.momentum(w, gradient, velocity, hyper)
          operations.adam(w, gradient, first, second, hyper, 0.9 ** 3, 0.999 ** 3)
          return [w, gradient, velocity, first, second]
        })
      }),
    )
  })

  it('compute both losses, and their gradients', () => {
    fc.assert(
      fc.property(size, size, padding, padding, seed, loss, (rows, columns, pad, more, salt, kind) => {
        agree(({ matrix, operations }) => {
          const uniform = randomSource(salt)
          const labelOf = () => Math.floor(uniform() * columns)
          const y = matrix(rows, columns, pad, numbers(rows * columns, salt))
          const labels = matrix(rows, 1, more, Float32Array.from({ length: rows }, labelOf))
          const [dy, losses] = [matrix(rows, columns, more), matrix(rows, 1, pad)]
          operations.loss(kind, y, labels, dy, losses, 1 / rows)
          return [y, labels, dy, losses]
        })
      }),
    )
  })

  it('have the same losses where outputs are zeros of both signs, infinite, NaN or far apart', () => {
    const values = [0, -0, Infinity, -Infinity, NaN, 3e38, -3e38, 1e-40, -90, 90]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 19 }), loss, (row, kind) => {
        agree(({ matrix, operations }) => {
          const y = matrix(1, row.length, 1, row)
          const [dy, losses] = [matrix(1, row.length), matrix(1, 1)]
          operations.loss(kind, y, matrix(1, 1, 0, [row.length - 1]), dy, losses, 1)
          return [dy, losses]
        })
      }),
    )
  })

  it('activate, and multiply by the derivative', () => {
    fc.assert(
      fc.property(size, size, padding, padding, seed, activation, (rows, columns, pad, more, salt, kind) => {
        agree(({ matrix, operations }) => {
          const y = matrix(rows, columns, pad, numbers(rows * columns, salt))
          const dx = matrix(rows, columns, more, numbers(rows * columns, salt + 2))
          operations.activate(y, kind)
          operations.multiplyByDerivative(dx, y, kind)
          return [y, dx]
        })
      }),
    )
  })
})

describe('the sum of the WebAssembly kernels', () => {
  it('refuses more sources than the scratch memory has room for', () => {
    const { matrix, operations } = workplace('wasm')
    const source = matrix(1, 1)
    const sources = Array.from({ length: SCRATCH / 2 + 1 }, () => source)
    expect(() => operations.sum(sources, source)).toThrow("33 sources: the kernel's scratch memory has room for 32")
  })
})

describe('the float32 functions in WebAssembly', () => {
  const AT_ONCE = 2 ** 16
  const STRIDE = 2003

  it.each(Object.keys(FUNCTIONS) as FunctionName[])('%s has the bits of the js kernel everywhere', (name) => {
    const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true })
    const { exports } = new WebAssembly.Instance(module, { env: { memory } })
    const run = exports[name] as (rows: number, columns: number, at: number, step: number) => void
    const got = new Float32Array(memory.buffer)
    const gotBits = new Uint32Array(memory.buffer)
    const wanted = new Float32Array(AT_ONCE)
    const wantedBits = new Uint32Array(wanted.buffer)
    let differing = 0
    for (let pattern = 0; pattern < 2 ** 32; pattern += AT_ONCE * STRIDE) {
      for (let i = 0; i < AT_ONCE; i++) gotBits[i] = pattern + i * STRIDE
      wantedBits.set(gotBits)
      run(1, AT_ONCE, 0, 0)
      for (let i = 0; i < AT_ONCE; i++) {
        FUNCTIONS[name](wanted, i)
        if (wantedBits[i] !== gotBits[i] && !Object.is(wanted[i], got[i])) differing++
      }
    }
    expect(differing).toBe(0)
  })
})
