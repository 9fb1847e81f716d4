import { UserError } from '../../src/errors.ts'

/** Something on the command line that cannot be. */
export class UsageError extends UserError {
  override readonly name = 'UsageError'
}

/** Was the option written on the command line, or is its value the default? */
export type Given = (key: string) => boolean

/** A message is one line, and shows where an empty or broken value begins and ends. */
export const shown = (value: string): string => (/^[^\s"]+$/.test(value) ? value : JSON.stringify(value))
