import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { FolderError } from './run-folder.ts'

/** The folder of a run that is over, to read from. */
export interface RunReader {
  readonly path: string
  /**
   * What a file holds; undefined if it is not there.
   *
   * @throws FolderError if it cannot be read or understood
   */
  read<T>(name: string, parsed: (text: string) => T): T | undefined
  /** @throws FolderError also if it is not there */
  need<T>(name: string, parsed: (text: string) => T): T
}

/** @throws FolderError if the folder is not that of a run */
export function openRun(folder: string): RunReader {
  const path = resolve(folder)
  const none = (reason: string) => new FolderError(`${path}: expected the folder of a run; ${reason}`)
  if (!existsSync(path)) throw none('it does not exist')
  if (!statSync(path).isDirectory()) throw none('it is a file')
  const read: RunReader['read'] = (name, parsed) => {
    const file = join(path, name)
    if (!existsSync(file)) return undefined
    try {
      return parsed(readFileSync(file, 'utf8'))
    } catch (error) {
      throw new FolderError(`${file}: cannot be read: ${(error as Error).message}`, { cause: error })
    }
  }
  const need: RunReader['need'] = (name, parsed) => {
    const found = read(name, parsed)
    if (found === undefined) throw none(`it has no ${name}`)
    return found
  }
  // Whatever else a run has, it has this from its first moment on.
  need('machine.json', (text) => text)
  return { path, read, need }
}
