import { expect, it } from 'vitest'
import type { PlannedProduct } from '../../src/plan/read/work.ts'
import { timedProducts } from '../../src/simulate/timed-products.ts'

const product = (m: number, more: Partial<PlannedProduct> = {}): PlannedProduct => ({
  form: 'forward',
  m,
  n: 10,
  k: 10,
  updates: false,
  ...more,
})

/** Products that a made-up timer times, which takes a millisecond each time. */
function made(nsOf: (product: PlannedProduct) => number, budgetMs = Infinity) {
  const asked: PlannedProduct[] = []
  const time = (each: PlannedProduct) => {
    asked.push(each)
    return nsOf(each)
  }
  return { ...timedProducts(time, budgetMs, () => asked.length), asked }
}

it('times each size once', () => {
  const { productNs, asked, facts } = made(({ m, updates }) => 100 * m + (updates ? 7 : 0))
  const weight = product(4, { form: 'weight', updates: true })
  expect([product(4), product(8), product(4), weight].map(productNs)).toEqual([400, 800, 400, 407])
  expect(asked).toEqual([product(4), product(8), weight])
  expect(facts()).toEqual({ timed: 3, estimated: 0, spentMs: 3 })
})

it('takes very large products to be as fast per flop as large ones', () => {
  const { productNs, asked } = made(() => 1000)
  expect(productNs(product(2048))).toBe(4000)
  expect(asked).toEqual([product(512)])
})

it('gives products the rate of the nearest of their form once the time is spent', () => {
  const { productNs, facts } = made(({ form, m }) => (form === 'forward' ? (m < 10 ? 50 * m : 10 * m) : m), 3)
  for (const each of [product(1), product(64), product(4, { form: 'input' })]) productNs(each)
  expect([2, 32].map((m) => productNs(product(m)))).toEqual([100, 320])
  expect(productNs(product(32, { form: 'input' }))).toBe(32)
  // No weight gradient was timed: the nearest of the others.
  expect(productNs(product(60, { form: 'weight' }))).toBe(600)
  expect(facts()).toMatchObject({ timed: 3, estimated: 4 })
})
