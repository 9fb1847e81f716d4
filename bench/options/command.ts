import { DIMENSIONS, type DimensionName, type DimensionOptions } from '../../src/cells/dimensions.ts'
import type { Option, OptionsOf, OptionTable } from '../../src/cells/values.ts'
import { UserError } from '../../src/errors.ts'

/** What a command knows besides its options. */
export interface Circumstances {
  readonly cores: number
  /** How the program was started, as its help shows it. */
  readonly program: string
  /** The words after the program's name. */
  readonly words: readonly string[]
  /** The words that are no flags, of a command that takes such. */
  readonly operands: readonly string[]
  readonly given: Given
}

/** The values of all dimensions, and of the command's own options. */
type Values<Own extends OptionTable> = Omit<DimensionOptions, keyof Own> & OptionsOf<Own>

/** What the help tells about a command. */
interface Described {
  readonly name: string
  /** One line, for the list of commands. */
  readonly summary: string
  /** Of a command that takes words which are no flags: how its help shows them. */
  readonly operands?: string
  /** Stands below the options in the help. */
  readonly notes?: string
  /** What stands after the program's name. */
  readonly examples: readonly string[]
}

export interface Specification<Own extends OptionTable, Settled> extends Described {
  /** The dimensions that mean something here; the others have their defaults, and their flags are refused. */
  readonly takes: readonly DimensionName[]
  readonly own: Own
  /** Where a dimension has another default, other values or another help here. */
  readonly overrides?: Readonly<Partial<Record<DimensionName, Partial<Option>>>>
  /** Settles options that depend on each other. */
  readonly settle: (values: Values<Own>, given: Given, circumstances: Circumstances) => Settled
  /** False if some of it did not give what it should; a command may have exit codes of its own. */
  readonly run: (settled: Settled, circumstances: Circumstances) => Promise<boolean | number>
}

/** A command line that was understood: what it asks for, and how to do it. */
export interface Action {
  readonly command: Command
  readonly options: unknown
  readonly circumstances: Circumstances
  readonly run: () => Promise<boolean | number>
  /** The same with other values of some options. */
  readonly changed: (values: Readonly<Record<string, unknown>>) => Action
}

export interface Command extends Described {
  /** By the key under which commander knows them, in the order of the help. */
  readonly options: OptionTable
  /** @param values the options' values by key, as far as there are any */
  readonly action: (values: Readonly<Record<string, unknown>>, circumstances: Circumstances) => Action
}

const defaultsOf = (options: OptionTable): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, option]) => [key, defaultOf(option)]))

/** The value of an option that was not given; of a switch, whether its flag would turn it off. */
export function defaultOf(option: Option): unknown {
  if (!option.read) return option.flags.startsWith('--no-')
  return option.default === undefined ? undefined : option.read(option.default)
}

/** Declares a command: one file, and one line in the list of commands. */
export function command<Own extends OptionTable, Settled>(spec: Specification<Own, Settled>): Command {
  const { takes, own, overrides = {} } = spec
  const taken = takes.map((key): [string, Option] => [key, { ...DIMENSIONS[key], ...overrides[key] }])
  const options: OptionTable = { ...Object.fromEntries(taken), ...own }
  /** Dimensions that are not taken have values, too. */
  const defaults = defaultsOf({ ...DIMENSIONS, ...options })
  const self: Command = {
    ...spec,
    options,
    action(values, circumstances) {
      // The schema of `values` is that of `options`, which the types cannot follow.
      const settled = spec.settle({ ...defaults, ...values } as Values<Own>, circumstances.given, circumstances)
      return {
        command: self,
        options: settled,
        circumstances,
        run: () => spec.run(settled, circumstances),
        changed: (others) => self.action({ ...values, ...others }, circumstances),
      }
    },
  }
  return self
}

/** Something on the command line that cannot be. */
export class UsageError extends UserError {
  override readonly name = 'UsageError'
}

/** Was the option written on the command line, or is its value the default? */
export type Given = (key: string) => boolean

/** A message is one line, and shows where an empty or broken value begins and ends. */
export const shown = (value: string): string => (/^[^\s"]+$/.test(value) ? value : JSON.stringify(value))
