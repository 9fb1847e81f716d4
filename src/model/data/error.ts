import { UserError } from '../../errors.ts'

/** Data that cannot be used. The message is one line: where, what was found, what would be right. */
export class DataError extends UserError {
  override name = 'DataError'
}
