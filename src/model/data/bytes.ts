import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { DataError } from './dataset.ts'

const reasons: Record<string, string> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a directory, expected a file',
  EACCES: 'permission denied',
}

/** The content of a file, unpacked if it starts like gzip, whatever its name. */
export function readBytes(path: string): Buffer {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new DataError(`cannot read ${path}: ${reasonOf(error)}`, { cause: error })
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes)
  } catch (error) {
    throw new DataError(`${path}: broken gzip (${reasonOf(error)}); expected a whole file, as gzip -t accepts it`, {
      cause: error,
    })
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return reasons[code] ?? error.message
}
