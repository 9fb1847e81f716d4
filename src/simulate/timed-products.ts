import { flopOfProduct, type PlannedProduct } from '../plan/read/work.ts'

/** Beyond this many rows, columns or terms, a product is taken to be as fast per flop as with this many. */
const LARGEST = 512

/**
 * Nanoseconds of products from a timer, which times each size once, when it is first asked for, until all of that has
 * taken `budgetMs`. After that, a product has the rate of the timed one of its form that is nearest in flop.
 *
 * @param time nanoseconds of a product
 * @param clock in milliseconds
 */
export function timedProducts(time: (product: PlannedProduct) => number, budgetMs: number, clock: () => number) {
  const rates = new Map<string, number>()
  const timed: { readonly product: PlannedProduct; readonly rate: number }[] = []
  let spentMs = 0
  let estimated = 0

  const timedRate = (product: PlannedProduct): number => {
    const begun = clock()
    const rate = flopOfProduct(product) / time(product)
    spentMs += clock() - begun
    timed.push({ product, rate })
    return rate
  }
  const nearestRate = (product: PlannedProduct): number => {
    estimated++
    const alike = timed.filter(({ product: { form, updates } }) => form === product.form && updates === product.updates)
    const distance = (other: PlannedProduct) => Math.abs(Math.log(flopOfProduct(other) / flopOfProduct(product)))
    return (alike.length > 0 ? alike : timed).reduce((a, b) => (distance(b.product) < distance(a.product) ? b : a)).rate
  }
  return {
    productNs: (product: PlannedProduct): number => {
      const { form, updates } = product
      const [m, n, k] = [product.m, product.n, product.k].map((size) => Math.min(size, LARGEST))
      const key = `${form} ${m} ${n} ${k} ${updates}`
      let rate = rates.get(key)
      if (rate === undefined) {
        const small = { form, m, n, k, updates }
        rate = spentMs < budgetMs ? timedRate(small) : nearestRate(small)
        rates.set(key, rate)
      }
      return flopOfProduct(product) / rate
    },
    /** How many sizes were timed, how many had the rate of another, and how long that took. */
    facts: () => ({ timed: timed.length, estimated, spentMs }),
  }
}
