import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { messageOf } from '../../errors.ts'
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
  const need: RunReader['need'] = (name, parsed) => {
    const file = join(path, name)
    if (!existsSync(file)) throw none(`it has no ${name}`)
    try {
      return parsed(readFileSync(file, 'utf8'))
    } catch (error) {
      throw new FolderError(`${file}: cannot be read: ${messageOf(error)}`, { cause: error })
    }
  }
  // A run has this file from its first moment on.
  need('machine.json', (text) => text)
  return { path, need, read: (name, parsed) => (existsSync(join(path, name)) ? need(name, parsed) : undefined) }
}
