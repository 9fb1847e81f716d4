import type { Command } from 'commander'
import type { z } from 'zod'
import { UsageError } from './usage-error.ts'

/**
 * The values of the flags of a command that has parsed its line. `schema` has one key per flag, in camel case,
 * and the message of each of its failures says what was expected.
 */
export function read<Options>(command: Command, schema: z.ZodType<Options>): Options {
  if (command.args.length > 0) {
    throw new UsageError(
      `${shown(command.args[0])}: expected an experiment, plan, simulate, train, kernels or handoff as the first word, then only flags`,
    )
  }
  const given: Record<string, unknown> = command.opts()
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const { path, message } = result.error.issues[0]
  const flag = command.options.find((option) => option.attributeName() === path[0])?.long
  throw new UsageError(`${flag} ${shown(String(given[String(path[0])]))}: ${message}`)
}

/** Was the flag written on the command line, or is its value the default? */
export const given = (command: Command, key: string): boolean => command.getOptionValueSource(key) === 'cli'

/** A message is one line, and shows where an empty or broken value begins and ends. */
const shown = (value: string): string => (/^[^\s"]+$/.test(value) ? value : JSON.stringify(value))
