/**
 * Random numbers that are the same on every machine and every version of Node: 32-bit integer arithmetic
 * and, for the floats, only operations that IEEE 754 rounds exactly (+ − × ÷ √).
 */
export interface Random {
  /** A multiple of 2⁻³² in [0, 1). */
  readonly uniform: () => number
  /** Mean 0, standard deviation 1; Marsaglia's polar method (SIAM Review 6, 1964). */
  readonly normal: () => number
  /** An integer in [0, n), all equally likely; n from 1 to 2³². */
  readonly below: (n: number) => number
  /** Shuffles in place (Fisher and Yates, Durstenfeld's form) and returns its argument. */
  readonly shuffle: <A extends { readonly length: number; readonly [index: number]: unknown }>(array: A) => A
}

/** Purposes as keys: one seed gives independent numbers for each. */
export const purpose = {
  parameters: 1,
  synthetic: 2,
  split: 3,
  blocks: 4,
  bootstrap: 5,
  epochs: 6,
  skew: 7,
  prediction: 8,
} as const

const TWO_32 = 2 ** 32

/** One generator per list of keys (safe integers, e.g. a seed, a purpose and a layer); another list gives another stream. */
export function random(...keys: number[]): Random {
  const next = xoshiro128(...stateOf(keys))
  let spare: number | undefined

  const uniform = () => next() / TWO_32

  const normal = () => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    for (;;) {
      const x = 2 * uniform() - 1
      const y = 2 * uniform() - 1
      const square = x * x + y * y
      if (square === 0 || square >= 1) continue
      const factor = Math.sqrt((-2 * logarithm(square)) / square)
      spare = y * factor
      return x * factor
    }
  }

  const below = (n: number) => {
    // Beyond the largest multiple of n, the remainder would favour small numbers: draw again.
    const limit = TWO_32 - (TWO_32 % n)
    for (;;) {
      const value = next()
      if (value < limit) return value % n
    }
  }

  const shuffle: Random['shuffle'] = (array) => {
    const items: { [index: number]: unknown } = array
    for (let last = array.length - 1; last > 0; last--) {
      const chosen = below(last + 1)
      ;[items[last], items[chosen]] = [items[chosen], items[last]]
    }
    return array
  }

  return { uniform, normal, below, shuffle }
}

type State = [number, number, number, number]

/** xoshiro128** 1.1, D. Blackman and S. Vigna, 2018 (https://prng.di.unimi.it/xoshiro128starstar.c); not all state words may be 0. */
export function xoshiro128(...[s0, s1, s2, s3]: State): () => number {
  return () => {
    const result = Math.imul(rotate(Math.imul(s1, 5), 7), 9)
    const shifted = s1 << 9
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    s3 = rotate(s3, 11)
    return result >>> 0
  }
}

const rotate = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits))

/** 2³² divided by the golden ratio: the usual odd constant of Weyl sequences. */
const GOLDEN = 0x9e3779b9

/** Four lanes, each absorbing the number of keys and both halves of every key; all four are 0 once in 2¹²⁸. */
function stateOf(keys: readonly number[]): State {
  const words = [keys.length, ...keys.flatMap((key) => [key >>> 0, Math.floor(key / TWO_32) >>> 0])]
  const lane = (number: number) => words.reduce((hash, word) => mix((hash ^ word) + Math.imul(GOLDEN, number)), number)
  return [lane(1), lane(2), lane(3), lane(4)]
}

/** The finaliser of MurmurHash3 (A. Appleby): a bijection of 32-bit words in which every bit depends on every bit. */
function mix(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
  return word ^ (word >>> 16)
}

/** The last odd power of the series below: |z| ≤ 0.172, so the next term is less than 2⁻⁵³ of the sum. */
const LAST_POWER = 21

/** ln x for 0 < x < 1. `Math.log` may round differently elsewhere: ECMAScript leaves its last bits to the engine. */
function logarithm(x: number): number {
  let exponent = 0
  while (x < Math.SQRT1_2) {
    x *= 2
    exponent--
  }
  // ln x = 2 artanh z = 2 (z + z³/3 + z⁵/5 + …), z = (x − 1) / (x + 1)
  const z = (x - 1) / (x + 1)
  let power = z
  let sum = 0
  for (let odd = 1; odd <= LAST_POWER; odd += 2) {
    sum += power / odd
    power *= z * z
  }
  return 2 * sum + exponent * Math.LN2
}
