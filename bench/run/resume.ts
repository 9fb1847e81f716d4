import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunFacts } from '../../src/cells/dimension.ts'
import { ownCheckout } from '../../src/measure/machine/machine.ts'
import { FolderError } from '../../src/report/folder/run-folder.ts'

/** What all rows of a run have in common, also after it was resumed. */
export type Work = Pick<RunFacts, 'kernel' | 'arithmetic' | 'dataset'>

/** What `run.json` holds: how the run began. Only experiments, which can be resumed, say what they work on. */
export interface Saved extends Partial<Work> {
  /** The words after the program's name, with which the run can be finished. */
  readonly args: readonly string[]
  readonly node: string
  /** Of the program; null if unknown. Older versions did not note it. */
  readonly commit?: string | null
}

/**
 * How a run began.
 *
 * @throws FolderError if the folder is not that of a run, or another Node or another version of the program would finish
 * it
 */
export async function savedRun(path: string): Promise<Saved> {
  const saved = readSaved(path)
  expectSame(path, 'Node', saved.node, process.version)
  const commit = (await ownCheckout())?.commit
  if (saved.commit && commit) expectSame(path, 'commit', saved.commit, commit)
  return saved
}

/** @throws FolderError if a run would go on with another kernel, another arithmetic or other data than it began with */
export function refuseOtherWork(path: string, { kernel, arithmetic, dataset }: Work): void {
  const saved = readSaved(path)
  expectSame(path, 'kernel', saved.kernel, kernel)
  expectSame(path, 'arithmetic', saved.arithmetic, arithmetic)
  expectSame(path, 'data', saved.dataset, dataset)
}

function readSaved(path: string): Saved {
  try {
    return JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')) as Saved
  } catch (error) {
    const message = `--resume ${path}: expected the folder of a run; its run.json cannot be read`
    throw new FolderError(message, { cause: error })
  }
}

function expectSame(path: string, what: string, began: string | undefined, now: string): void {
  if (began === now) return
  const reason =
    began === undefined
      ? `its run.json does not name the ${what} with which it began; an older version wrote it`
      : `expected ${what} ${began}, with which it began; this is ${now}`
  throw new FolderError(`--resume ${path}: ${reason}`)
}
