import { sentenceLines, USUAL_WIDTH } from '../../src/report/text/wrap.ts'

/** Where a command tells what happens: standard output, or standard error where only results may stand on the former. */
export interface Terminal {
  /** Columns; of a pipe 80. */
  readonly width: number
  readonly say: (line: string) => void
  /** Says sentences, wrapped, with a hanging indent. */
  readonly explain: (...sentences: readonly string[]) => void
  /** A line that the next one replaces; undefined where lines cannot be rewritten. */
  readonly status: ((line: string) => void) | undefined
}

const ERASE_LINE = '\r\u001B[K'

/** @param aside results stand alone on standard output */
export function openTerminal(aside = false): Terminal {
  const stream = aside ? process.stderr : process.stdout
  const width = stream.columns ?? USUAL_WIDTH
  let shown = false
  const write = (line: string, showsStatus: boolean) => {
    stream.write((shown ? ERASE_LINE : '') + line)
    shown = showsStatus
  }
  const say = (line: string) => write(`${line}\n`, false)
  return {
    width,
    say,
    explain: (...sentences) => sentenceLines(sentences, width).forEach(say),
    status: stream.isTTY ? (line) => write(line, true) : undefined,
  }
}

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
