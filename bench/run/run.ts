import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { currentLoad, describeMachine, type Machine } from '../../src/measure/machine/machine.ts'
import {
  createRunFolder,
  FolderError,
  reopenRunFolder,
  writeJson,
  type RunFolder,
} from '../../src/report/folder/run-folder.ts'

/** A run that has begun: its folder, and the machine that it runs on. */
export interface Run {
  readonly folder: RunFolder
  readonly machine: Machine
  /** Whether a file has been written. */
  has(name: string): boolean
  /** Writes `machine.json` with the load as it is now, and what else has been found out about the machine. */
  describeMachine(findings?: object): void
}

/** What `run.json` holds: the words after the program's name, with which the run can be finished. */
interface Saved {
  readonly args: readonly string[]
  readonly node: string
}

/**
 * Makes the folder of a run, notes its options and describes the machine in it, as every experiment begins.
 *
 * @throws FolderError if the folder cannot be used
 */
export async function beginRun(out: string | undefined, experiment: string, words: readonly string[]): Promise<Run> {
  const folder = createRunFolder(out, experiment, new Date())
  const saved: Saved = { args: words, node: process.version }
  writeJson(folder.file('run.json'), saved)
  return describedRun(folder)
}

/**
 * Opens the folder of a run that was killed.
 *
 * @throws FolderError if it cannot be used
 */
export const resumeRun = (path: string): Promise<Run> => describedRun(reopenRunFolder(path))

/**
 * The words that a run was started with.
 *
 * @throws FolderError if the folder is not that of a run, or another Node would finish it
 */
export function savedWords(path: string): readonly string[] {
  let saved: Saved
  try {
    saved = JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')) as Saved
  } catch (error) {
    throw new FolderError(`--resume ${path}: expected the folder of a run; its run.json cannot be read`, {
      cause: error,
    })
  }
  if (saved.node !== process.version) {
    throw new FolderError(
      `--resume ${path}: expected Node ${saved.node}, with which it began; this is ${process.version}`,
    )
  }
  return saved.args
}

async function describedRun(folder: RunFolder): Promise<Run> {
  const machine = await describeMachine()
  const loadBefore = currentLoad()
  const describe = (findings: object = {}) =>
    writeJson(folder.file('machine.json'), { ...machine, loadBefore, loadAfter: currentLoad(), ...findings })
  describe()
  return { folder, machine, has: (name) => existsSync(folder.file(name)), describeMachine: describe }
}
