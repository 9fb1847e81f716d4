/** An error that its message explains: the program prints one line and no stack. */
export class ExplainedError extends Error {
  readonly exitCode: number = 1
}

/** The user asked for something impossible; the message says what was given and what would be right. */
export class UserError extends ExplainedError {
  override readonly exitCode = 2
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
