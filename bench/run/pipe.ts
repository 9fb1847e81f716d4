/** As a shell reports a program that SIGPIPE has ended: the output is cut, which is neither success nor a failed run. */
const EXIT_CLOSED_PIPE = 141

/** A reader that has gone; a socket that is closed with unread data gives ECONNRESET. */
const CLOSED = ['EPIPE', 'ECONNRESET']

/**
 * Calls `stop` once when nobody reads stdout or stderr any more, as after `| head`. From then on output is dropped, and
 * the program ends with exit code 141, whatever it sets itself.
 */
export function onClosedPipe(stop: () => void): void {
  let closed = false
  const close = (error: NodeJS.ErrnoException) => {
    if (!CLOSED.includes(error.code ?? '')) throw error
    if (closed) return
    closed = true
    process.once('exit', () => (process.exitCode = EXIT_CLOSED_PIPE))
    stop()
  }
  process.stdout.on('error', close)
  process.stderr.on('error', close)
}
