import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'

/** The folder of a run cannot be used; the message names it and says why. */
export class FolderError extends Error {
  override readonly name = 'FolderError'
}

export interface RunFolder {
  readonly id: string
  readonly path: string
  /** The path of a file in the folder. */
  file(name: string): string
}

/**
 * Makes the folder of a run: `out`, or a new one in `results` that is named by time and experiment. The name is free
 * of characters that some file system refuses. A folder that holds anything is refused: runs are never mixed.
 *
 * @throws FolderError
 */
export function createRunFolder(out: string | undefined, experiment: string, now: Date): RunFolder {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const path = resolve(out ?? join('results', `${time}-${experiment}`))
  try {
    mkdirSync(path, { recursive: true })
    if (readdirSync(path).length > 0) {
      throw new FolderError(`--out ${path}: the folder is not empty; expected a new or an empty one`)
    }
  } catch (error) {
    if (error instanceof FolderError) throw error
    throw new FolderError(`--out ${path}: cannot be used as a folder: ${String(error)}`, {
      cause: error,
    })
  }
  return { id: basename(path), path, file: (name) => join(path, name) }
}

/** JSON to read in an editor, or, `compact`, for programs. */
export function writeJson(file: string, value: unknown, compact = false): void {
  writeFileSync(file, `${compact ? JSON.stringify(value) : JSON.stringify(value, null, 2)}\n`)
}
