import { ExplainedError } from '../../src/errors.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** The user has pressed Ctrl-C, or the run was told to end. */
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
  for (const name of SIGNALS) process.once(name, interrupt)
  try {
    const result = await work(controller.signal)
    controller.signal.throwIfAborted()
    return result
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error
  } finally {
    for (const name of SIGNALS) process.off(name, interrupt)
  }
}
