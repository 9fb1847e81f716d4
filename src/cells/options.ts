import { someOf, type Reader } from './values.ts'

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
