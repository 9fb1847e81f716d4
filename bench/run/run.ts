import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cell } from '../../src/cells/cell.ts'
import type { RunFacts } from '../../src/cells/dimension.ts'
import type { KernelChoice, KernelName } from '../../src/kernels/kernel.ts'
import {
  busyLine,
  disturbances,
  isBusy,
  observe,
  stolenShare,
  type Moment,
} from '../../src/measure/machine/disturbance.ts'
import { currentLoad, describeMachine, type Machine } from '../../src/measure/machine/machine.ts'
import type { Status } from '../../src/measure/outcome.ts'
import {
  createRunFolder,
  FolderError,
  reopenRunFolder,
  writeJson,
  type RunFolder,
} from '../../src/report/folder/run-folder.ts'
import type { TraceEvent } from '../../src/report/rows/trace.ts'
import { chooseKernel, type ChosenKernel } from '../../src/kernels/choose.ts'

/** A run that has begun: its folder, and the machine that it runs on. */
export interface Run {
  readonly folder: RunFolder
  readonly machine: Machine
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
    const message = `--resume ${path}: expected the folder of a run; its run.json cannot be read`
    throw new FolderError(message, { cause: error })
  }
  const { args, node } = saved
  if (node === process.version) return args
  throw new FolderError(`--resume ${path}: expected Node ${node}, with which it began; this is ${process.version}`)
}

async function describedRun(folder: RunFolder): Promise<Run> {
  const machine = await describeMachine()
  const loadBefore = currentLoad()
  const describe = (findings: object = {}) =>
    writeJson(folder.file('machine.json'), { ...machine, loadBefore, loadAfter: currentLoad(), ...findings })
  describe()
  return { folder, machine, describeMachine: describe }
}

/** What all rows of an experiment have in common. */
export const factsOf = (
  { folder }: Pick<Run, 'folder'>,
  experiment: string,
  { name, arithmetic }: KernelChoice,
  { seed, pin }: Pick<RunFacts, 'seed' | 'pin'>,
  dataset: string,
): RunFacts => ({ runId: folder.id, experiment, kernel: name, arithmetic, seed, dataset, pin })

/** Of what a cell has trained, before it is judged. */
export function trainedStatus({ plan }: Cell, isFinite: boolean, cores: number): Status {
  if (!isFinite) return 'not-finite'
  return plan.programs.length > cores ? 'oversubscribed' : 'ok'
}

/** Writes what is known at the end of a run, finished or not, and lets go of its folder; gives the warnings. */
export async function endRun(
  begun: Run,
  before: Moment,
  trace: readonly TraceEvent[],
  findings: object,
  hasFailed: boolean,
): Promise<string[]> {
  const { folder } = begun
  try {
    writeJson(folder.file('trace.json'), { traceEvents: trace, displayTimeUnit: 'ms' }, true)
    const after = await observe()
    const warnings = disturbances(before, after)
    begun.describeMachine({
      ...findings,
      warnings,
      stolenShare: stolenShare(before, after) ?? null,
      spinMs: { before: before.spinMs, after: after.spinMs },
    })
    return warnings
  } catch (error) {
    // On a full disk this fails, too; what failed first is what the user should know.
    if (!hasFailed) throw error
    return []
  } finally {
    folder.release()
  }
}

const IDLE_LIMIT_MS = 600_000

/** The machine as it is before the run; `wait` gives it time to become idle. */
export async function idleMoment(wait: boolean, cores: number, say: (line: string) => void): Promise<Moment> {
  const begun = performance.now()
  let moment = await observe()
  if (wait && isBusy(moment)) {
    say(`waiting until the machine is idle: ${busyLine(moment, cores)}`)
    while (isBusy(moment) && performance.now() - begun < IDLE_LIMIT_MS) moment = await observe()
  }
  const consequence = 'times will be longer and less certain; --wait-idle waits, --pin keeps threads apart'
  if (isBusy(moment)) say(`warning: ${busyLine(moment, cores)}: ${consequence}`)
  return moment
}

/**
 * Chooses the kernel of a run and says which, and what a newer Node would give where this one is too old for the fastest.
 *
 * @throws KernelError if the kernel that was asked for cannot run
 */
export function announceKernel(wanted: KernelName | undefined, say: (line: string) => void): ChosenKernel {
  const chosen = chooseKernel(wanted)
  const { choice, gflops, rejected } = chosen
  say(`kernel ${choice.name} (${choice.arithmetic} arithmetic), about ${gflops.toFixed(1)} GFLOP/s on one core`)
  const tooOld = rejected.find(({ reason }) => reason.includes('it needs Node'))
  if (tooOld) say(`${tooOld.name} is faster: ${tooOld.reason}\nTry: npx -y -p node@24 npm run bench`)
  return chosen
}
