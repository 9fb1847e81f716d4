import { ExplainedError } from '../../src/errors.ts'

/** The user has pressed Ctrl-C. */
export class Interrupted extends ExplainedError {
  override readonly name = 'Interrupted'
  /** As a shell reports a process that SIGINT has ended. */
  override readonly exitCode = 130
}

/**
 * Runs work that ends, with its threads, when the signal is aborted, as Ctrl-C does; what was written stays.
 *
 * @throws Interrupted instead of what ending the threads made of the work
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const interrupt = () => controller.abort(new Interrupted('interrupted; what was measured before is kept'))
  process.once('SIGINT', interrupt)
  try {
    const result = await work(controller.signal)
    controller.signal.throwIfAborted()
    return result
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error
  } finally {
    process.off('SIGINT', interrupt)
  }
}
