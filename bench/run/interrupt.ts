import { ExplainedError } from '../../src/errors.ts'
import type { Session } from '../../src/measure/session.ts'

/** The user has pressed Ctrl-C. */
export class Interrupted extends ExplainedError {
  override readonly name = 'Interrupted'
  /** As a shell reports a process that SIGINT has ended. */
  override readonly exitCode = 130
}

/**
 * Runs `work` and closes the session when it is done, has failed, or is interrupted: the ranks are ended, at once and
 * wherever they are, and what was written stays.
 *
 * @throws Interrupted instead of what ending the ranks made of the work
 */
export async function withSession<T>(session: Pick<Session, 'close'>, work: () => Promise<T>): Promise<T> {
  let interrupted = false
  const interrupt = () => {
    interrupted = true
    void session.close()
  }
  process.once('SIGINT', interrupt)
  try {
    const result = await work()
    if (interrupted) throw new Error('interrupted')
    return result
  } catch (error) {
    if (interrupted) throw new Interrupted('interrupted; what was measured before is kept', { cause: error })
    throw error
  } finally {
    process.off('SIGINT', interrupt)
    await session.close()
  }
}

/**
 * The same for work that starts and ends threads of its own: it does so as `signal` says.
 *
 * @throws Interrupted
 */
export function withAbort<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const close = () => {
    controller.abort()
    return Promise.resolve()
  }
  return withSession({ close }, () => work(controller.signal))
}
