/** Something on the command line that cannot be: one line, for stderr, and exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
