import fs from 'node:fs'
import { ExplainedError } from '../../errors.ts'

/** A file of a run could not be written; what it held before is still there. */
export class WriteError extends ExplainedError {
  override readonly name = 'WriteError'
}

/**
 * Appends a text as a whole, and returns once it is on disk. If a full disk takes only part of it, that part is removed.
 *
 * @throws WriteError
 */
export const append = (file: string, text: (isNew: boolean) => string): void =>
  writing(file, () => {
    const handle = fs.openSync(file, 'a')
    try {
      const { size } = fs.fstatSync(handle)
      const bytes = Buffer.from(text(size === 0))
      try {
        for (let at = 0; at < bytes.length;) at += fs.writeSync(handle, bytes, at)
        fs.fsyncSync(handle)
      } catch (error) {
        truncate(handle, size)
        throw error
      }
    } finally {
      fs.closeSync(handle)
    }
  })

/** Does not fail: why the text was refused matters more. */
function truncate(handle: number, size: number): void {
  try {
    fs.ftruncateSync(handle, size)
  } catch {
    // A device has no size.
  }
}

/**
 * Replaces a file as a whole: readers find the old text or the new one.
 *
 * @throws WriteError
 */
export const overwrite = (file: string, text: string): void =>
  writing(file, () => {
    const part = `${file}.part`
    try {
      fs.writeFileSync(part, text)
      fs.renameSync(part, file)
    } catch (error) {
      fs.rmSync(part, { force: true })
      throw error
    }
  })

/** Explains what the operating system refuses; mistakes of the program pass as they are. */
function writing(file: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    const message = `${file}: cannot be written (${error.message}); what was measured before is kept`
    throw new WriteError(message, { cause: error })
  }
}
