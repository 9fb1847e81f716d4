import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { messageOf } from '../../errors.ts'
import { FolderError } from './run-folder.ts'

/**
 * Opens the folder of a run that is over, to read from.
 *
 * @throws FolderError if the folder is not that of a run
 */
export function openRun(folder: string) {
  const path = resolve(folder)
  const none = (reason: string) => new FolderError(`${path}: expected the folder of a run; ${reason}`)
  if (!existsSync(path)) throw none('it does not exist')
  if (!statSync(path).isDirectory()) throw none('it is a file')

  /** @throws FolderError if a file is not there, or cannot be read or understood */
  function need<T>(name: string, parsed: (text: string) => T): T {
    const file = join(path, name)
    if (!existsSync(file)) throw none(`it has no ${name}`)
    try {
      return parsed(readFileSync(file, 'utf8'))
    } catch (error) {
      throw new FolderError(`${file}: cannot be read: ${messageOf(error)}`, { cause: error })
    }
  }
  /** The same, but undefined if the file is not there. */
  const read = <T>(name: string, parsed: (text: string) => T): T | undefined =>
    existsSync(join(path, name)) ? need(name, parsed) : undefined

  // A run has this file from its first moment on.
  need('machine.json', (text) => text)
  return { path, need, read }
}
