/**
 * What the text after a flag may be. Each reader throws an Error whose message is the phrase that says what was expected,
 * to stand after "--flag value: ".
 */
export type Reader<T> = (text: string) => T

const refuse = (expected: string): never => {
  throw new Error(`expected ${expected}`)
}

function numberIn(text: string, form: RegExp, isValid: (value: number) => boolean, expected: string): number {
  return form.test(text) && isValid(Number(text)) ? Number(text) : refuse(expected)
}

const WHOLE = /^\d+$/
const DECIMAL = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

const whole =
  (low: number, high: number, expected: string): Reader<number> =>
  (text) =>
    numberIn(text, WHOLE, (n) => n >= low && n <= high, expected)

/** A whole number in decimal digits. */
export const wholeNumber = (low: number, high: number): Reader<number> =>
  whole(low, high, `a whole number from ${low} to ${high}`)

/** A decimal number above 0 and below `limit`. */
export const positiveNumber =
  (limit = Infinity): Reader<number> =>
  (text) => {
    const expected = `a number above 0${limit === Infinity ? '' : ` and below ${limit}`}`
    return numberIn(text, DECIMAL, (n) => n > 0 && n < limit, expected)
  }

/** A decimal number, 0 included. */
export const numberFrom0: Reader<number> = (text) => numberIn(text, DECIMAL, Number.isFinite, 'a number from 0 on')

export const oneOf =
  <const T extends string>(names: readonly T[], expected = `one of ${names.join(', ')}`): Reader<T> =>
  (text) =>
    names.find((name) => name === text) ?? refuse(expected)

/** Entries separated by commas, in the order given, each once. */
const commaList =
  <T>(entry: Reader<T>): Reader<T[]> =>
  (text) => {
    const read = new Map(text.split(',').map((each) => [each.trim(), entry(each.trim())]))
    return [...new Set(read.values())]
  }

/** Some of the names; `all` stands for all of them. */
export function someOf<const T extends string>(names: readonly T[]): Reader<T[]> {
  const list = commaList(oneOf(names, `all, or a comma list of ${names.join(', ')}`))
  return (text) => (text.trim() === 'all' ? [...names] : list(text))
}

export const wholeNumbers = (low: number, high: number): Reader<number[]> =>
  commaList(whole(low, high, `a comma list of whole numbers from ${low} to ${high}`))

/** The widths of a model, input first, separated by hyphens. */
export function widths(low: number, high: number): Reader<number[]> {
  const expected = `at least two widths, the inputs first and the classes last, like 784-256-10, each from ${low} to ${high}`
  return (text) => {
    const read = text.split('-').map(whole(low, high, expected))
    return read.length > 1 ? read : refuse(expected)
  }
}

/** Grids of data × pipeline × tensor degrees, or `all` of a thread count. */
export function grids(most: number): Reader<'all' | { dp: number; pp: number; tp: number }[]> {
  const list = commaList((entry) => {
    const [dp, pp, tp] = /^([1-9]\d{0,3}x){2}[1-9]\d{0,3}$/.test(entry) ? entry.split('x').map(Number) : []
    const expected = `all, or a comma list of grids like 2x2x1 (data x pipeline x tensor) of at most ${most} threads`
    return dp * pp * tp <= most ? { dp, pp, tp } : refuse(expected)
  })
  return (text) => (text === 'all' ? text : list(text))
}

/** A share, such as 2% or 0.02. */
export const share: Reader<number> = (text) => {
  const expected = 'a share above 0% and up to 100%, like 2%'
  const [number, scale] = text.endsWith('%') ? [text.slice(0, -1), 100] : [text, 1]
  return numberIn(number, DECIMAL, (n) => n > 0 && n <= scale, expected) / scale
}

const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

/** An amount of memory, such as 8MiB, in bytes. */
export const amount: Reader<number> = (text) => {
  const unit = UNITS[text.slice(-3)] ?? NaN
  const expected = 'an amount of memory like 512KiB, 8MiB or 1GiB'
  return numberIn(text.slice(0, -3), DECIMAL, (n) => n * unit > 0, expected) * unit
}

export const text =
  (what: string): Reader<string> =>
  (given) =>
    given === '' ? refuse(what) : given

/** Something that the user may ask for: its flag, what may stand after it, and what holds if it is not given. */
export interface Option<T = unknown> {
  /** As help shows it: "--batch <samples>"; a switch has no value, and "--no-overlap" turns one off. */
  readonly flags: string
  readonly help: string
  /** Not for a switch. */
  readonly read?: Reader<T> | undefined
  /** As it would be written on the command line; a computed one is told in `help`. */
  readonly default?: string | undefined
}

type Read<T> = Option<T> & { readonly read: Reader<T> }
type Preset<T> = Read<T> & { readonly default: string }

/** A switch has no reader. */
export function option(flags: string, help: string): Option
export function option<T>(flags: string, help: string, read: Reader<T>): Read<T>
export function option<T>(flags: string, help: string, read: Reader<T>, usual: string | number): Preset<T>
export function option<T>(flags: string, help: string, read?: Reader<T>, usual?: string | number): Option<T> {
  return { flags, help, read, default: usual?.toString() }
}

/** Takes some of the names, or `all` of them. */
export const someOption = <const T extends string>(flags: string, help: string, names: readonly T[], usual: string) =>
  option(flags, `${help}: ${names.join(', ')}, or all`, someOf(names), usual)

export type OptionTable = Readonly<Record<string, Option>>

/** The values of a table's options, by their keys; undefined where nothing was given and there is no default. */
export type OptionsOf<Table extends OptionTable> = {
  readonly [Key in keyof Table]: Table[Key] extends { read: Reader<infer T> }
    ? Table[Key] extends { default: string }
      ? T
      : T | undefined
    : boolean
}

/** The long flag alone: "--batch". */
export const flagOf = ({ flags }: Pick<Option, 'flags'>): string => flags.split(' ')[0]
