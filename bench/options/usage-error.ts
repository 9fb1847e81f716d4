import { UserError } from '../../src/errors.ts'

/** Something on the command line that cannot be: one line, for stderr, and exit code 2. */
export class UsageError extends UserError {
  override readonly name = 'UsageError'
}
