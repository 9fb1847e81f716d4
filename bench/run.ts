import type { KernelChoice } from '../src/kernels/kernel.ts'
import { currentLoad, describeMachine } from '../src/measure/machine.ts'
import type { RunIdentity } from '../src/report/files.ts'
import { createRunFolder, writeJson, type RunFolder } from '../src/report/run-folder.ts'

/** The folder of a run that has begun. */
export interface Run {
  readonly folder: RunFolder
  /** Writes `machine.json` with the load as it is now, and what else has been found out about the machine. */
  describeMachine(findings?: object): void
}

/**
 * Makes the folder of a run and describes the machine in it, as every experiment begins.
 *
 * @throws FolderError if the folder cannot be used
 */
export async function beginRun(out: string | undefined, experiment: string): Promise<Run> {
  const folder = createRunFolder(out, experiment, new Date())
  const machine = await describeMachine()
  const loadBefore = currentLoad()
  const describe = (findings: object = {}) =>
    writeJson(folder.file('machine.json'), { ...machine, loadBefore, loadAfter: currentLoad(), ...findings })
  describe()
  return { folder, describeMachine: describe }
}

/** What all rows of a run with one kernel have in common. */
export const identityOf = (
  { folder }: Run,
  experiment: string,
  { name, arithmetic }: KernelChoice,
  seed: number,
): RunIdentity => ({ runId: folder.id, experiment, kernel: name, arithmetic, seed })
