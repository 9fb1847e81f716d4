import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { ExplainedError } from '../../errors.ts'

/** A file of a run could not be written; what it held before is still there. */
export class WriteError extends ExplainedError {
  override readonly name = 'WriteError'
}

/**
 * Appends text to a file as a whole, and does not return before it is on disk. What a full disk has taken only a part of
 * is taken back.
 *
 * @throws WriteError
 */
export function append(file: string, text: (isNew: boolean) => string): void {
  try {
    const handle = openSync(file, 'a')
    try {
      const { size } = fstatSync(handle)
      const bytes = Buffer.from(text(size === 0))
      try {
        for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at)
        fsyncSync(handle)
      } catch (error) {
        takeBack(handle, size)
        throw error
      }
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    throw asWriteError(file, error)
  }
}

/** What has been written beyond a size; why it was refused matters more than that this may be refused, too. */
function takeBack(handle: number, size: number): void {
  try {
    ftruncateSync(handle, size)
  } catch {
    // A device has no size.
  }
}

/**
 * Writes a file as a whole, in place of one that is there: whoever looks finds the old text or the new one.
 *
 * @throws WriteError
 */
export function overwrite(file: string, text: string): void {
  const part = `${file}.part`
  try {
    try {
      writeFileSync(part, text)
      renameSync(part, file)
    } catch (error) {
      rmSync(part, { force: true })
      throw error
    }
  } catch (error) {
    throw asWriteError(file, error)
  }
}

/** What the operating system has refused, in a line that names the file; another error as it is. */
function asWriteError(file: string, error: unknown): unknown {
  if (!isSystemError(error)) return error
  return new WriteError(`${file}: cannot be written (${error.message}); what was measured before is kept`, {
    cause: error,
  })
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error
