import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { UserError } from '../../errors.ts'
import { overwrite } from './disk.ts'

/** The folder of a run cannot be used; the message names it and says why. */
export class FolderError extends UserError {
  override readonly name = 'FolderError'
}

/** Holds the number of the process that writes the folder. */
const LOCK = 'run.lock'

/**
 * Makes the folder of a run: `out`, or a new one in `results` that is named by time and experiment, in characters that
 * every file system takes. A folder that holds anything is refused: runs are never mixed.
 *
 * @throws FolderError
 */
export function createRunFolder(out: string | undefined, experiment: string, now: Date): RunFolder {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const path = resolve(out ?? join('results', `${time}-${experiment}`))
  return locked(path, '--out', () => {
    makeFolder(path)
    if (readdirSync(path).length > 0) {
      throw new FolderError(`--out ${path}: the folder is not empty; expected a new or an empty one`)
    }
  })
}

/**
 * Opens the folder of a run that was killed, to finish it.
 *
 * @throws FolderError if it is none, or still being written
 */
export function reopenRunFolder(run: string): RunFolder {
  const path = resolve(run)
  return locked(path, '--resume', () => {
    if (!existsSync(join(path, 'run.json'))) {
      throw new FolderError(`--resume ${path}: expected the folder of a run; it has no run.json`)
    }
    const lock = join(path, LOCK)
    if (!existsSync(lock)) return
    const owner = Number(readFileSync(lock, 'utf8'))
    if (isOther(owner)) {
      throw new FolderError(`--resume ${path}: ${LOCK} says: process ${owner} is still writing this run`)
    }
    rmSync(lock)
  })
}

/** One level at a time: where nothing can be made, as in /proc, a recursive mkdir of Node never ends. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    // Another run may have made it meanwhile.
    if (!existsSync(path)) throw error
  }
}

export type RunFolder = ReturnType<typeof locked>

/** Prepares a folder and locks it, so that no other run writes it at the same time. */
function locked(path: string, flag: string, prepare: () => void) {
  const lock = join(path, LOCK)
  try {
    prepare()
    // Exclusive: of two runs that have found the folder empty, one comes too late.
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
  } catch (error) {
    if (error instanceof FolderError) throw error
    throw new FolderError(`${flag} ${path}: cannot be used as a folder: ${String(error)}`, { cause: error })
  }
  return {
    id: basename(path),
    path,
    /** The path as a user would type it. */
    shown: shownPath(path),
    /** The path of a file in the folder. */
    file: (name: string) => join(path, name),
    /** The run is over: the folder may be resumed by another. */
    release: () => rmSync(lock, { force: true }),
  }
}

/** Relative to the working directory if it lies there. */
function shownPath(path: string): string {
  const near = relative(process.cwd(), path)
  return near === '' || near.startsWith('..') ? path : near
}

/**
 * Whether a number is that of another process, and alive. A lock with this process's own number was left in another
 * container or before a restart, and an empty one, which reads as 0, by a machine that stopped.
 */
function isOther(pid: number): boolean {
  if (!(pid > 0) || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: another user's process, so it is alive.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * JSON to read in an editor, or, `compact`, for programs.
 *
 * @throws WriteError
 */
export const writeJson = (file: string, value: unknown, compact = false): void =>
  overwrite(file, `${JSON.stringify(value, null, compact ? 0 : 2)}\n`)
