import { z } from 'zod'

/**
 * What the text after a flag may be. Each schema reads the text of the command line and fails with the one
 * phrase that says what was expected, to stand after "--flag value: ".
 */

/** A whole number in decimal digits. */
export function wholeNumber(low: number, high: number) {
  const expected = `expected a whole number from ${low} to ${high}`
  return z
    .string()
    .regex(/^\d+$/, expected)
    .transform(Number)
    .pipe(z.number().min(low, expected).max(high, expected))
}

/** A decimal number above 0 and below `limit`. */
export function positiveNumber(limit = Infinity) {
  const expected = `expected a number above 0${limit === Infinity ? '' : ` and below ${limit}`}`
  return z
    .string()
    .regex(/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, expected)
    .transform(Number)
    .pipe(z.number(expected).gt(0, expected).lt(limit, expected))
}

/** A decimal number, 0 included. */
export function numberFrom0() {
  const expected = 'expected a number from 0 on'
  return z
    .string()
    .regex(/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, expected)
    .transform(Number)
    .pipe(z.number(expected))
}

export const oneOf = <const T extends string>(names: readonly T[]) =>
  z.enum(names, `expected one of ${names.join(', ')}`)

/** Some of the names, separated by commas, in the order given and each once; `all` stands for all of them. */
export function someOf<const T extends string>(names: readonly T[]) {
  const expected = `expected all, or a comma list of ${names.join(', ')}`
  const all = (text: string) => (text.trim() === 'all' ? names.join(',') : text)
  return z
    .string()
    .transform(all)
    .pipe(commaList(z.enum(names, expected)))
}

/** Thread counts, separated by commas, in the order given and each once. */
export function wholeNumbers(low: number, high: number) {
  const expected = `expected a comma list of whole numbers from ${low} to ${high}`
  const entry = z.string().regex(/^\d+$/, expected).transform(Number)
  return commaList(entry.pipe(z.number().min(low, expected).max(high, expected)))
}

/** The widths of a model, input first, separated by hyphens. */
export function widths(low: number, high: number) {
  const expected = `expected at least two widths, the inputs first and the classes last, like 784-256-10, each from ${low} to ${high}`
  const width = z.string().regex(/^\d+$/, expected).transform(Number)
  return z
    .string()
    .transform((text) => text.split('-'))
    .pipe(z.array(width.pipe(z.number().min(low, expected).max(high, expected))).min(2, expected))
}

/** Grids of data × pipeline × tensor parallelism, separated by commas, or `all` of a thread count. */
export function grids(most: number) {
  const expected = `expected all, or a comma list of grids like 2x2x1 (data x pipeline x tensor) of at most ${most} threads`
  const entry = z
    .string()
    .regex(/^[1-9]\d{0,3}x[1-9]\d{0,3}x[1-9]\d{0,3}$/, expected)
    .transform((grid) => {
      const [dp, pp, tp] = grid.split('x').map(Number)
      return { dp, pp, tp }
    })
    .refine(({ dp, pp, tp }) => dp * pp * tp <= most, expected)
  return z.union([z.literal('all'), commaList(entry)], expected)
}

/** A share, such as 2% or 0.02. */
export function share() {
  const expected = 'expected a share above 0% and up to 100%, like 2%'
  return z
    .string()
    .regex(/^(\d+\.?\d*|\.\d+)%?$/, expected)
    .transform((text) => (text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)))
    .pipe(z.number().gt(0, expected).max(1, expected))
}

/** An amount of memory, such as 8MiB, in bytes. */
export function amount() {
  const expected = 'expected an amount of memory like 512KiB, 8MiB or 1GiB'
  const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }
  return z
    .string()
    .regex(/^(\d+\.?\d*|\.\d+)(KiB|MiB|GiB)$/, expected)
    .transform((text) => Number(text.slice(0, -3)) * UNITS[text.slice(-3)])
    .pipe(z.number().gt(0, expected))
}

export const text = (what: string) => z.string().min(1, `expected ${what}`)

function commaList<Entry extends z.ZodType<unknown, string>>(entry: Entry) {
  return z
    .string()
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(z.array(entry))
    .transform((entries) => [...new Set(entries)])
}
