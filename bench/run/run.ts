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
import { currentLoad, describeMachine, type Load, type Machine } from '../../src/measure/machine/machine.ts'
import type { Status } from '../../src/measure/outcome.ts'
import { createRunFolder, reopenRunFolder, writeJson, type RunFolder } from '../../src/report/folder/run-folder.ts'
import { openRun } from '../../src/report/folder/run-reader.ts'
import type { TraceEvent } from '../../src/report/rows/trace.ts'
import { chooseKernel, type ChosenKernel } from '../../src/kernels/choose.ts'
import type { Saved, Work } from './resume.ts'

/** A run that has begun: its folder, and the machine that it runs on. */
export interface Run {
  readonly folder: RunFolder
  /** As it was when the run began. */
  readonly machine: Machine
  /** What disturbed the run before it was resumed. */
  readonly earlierWarnings: readonly string[]
  /** Writes `machine.json` with the load as it is now, and what else has been found out about the machine. */
  describeMachine(findings?: object): void
}

/**
 * Makes the folder of a run, notes its options and describes the machine in it, as every experiment begins.
 *
 * @param work of a run that can be resumed
 * @throws FolderError if the folder cannot be used
 */
export async function beginRun(
  out: string | undefined,
  experiment: string,
  words: readonly string[],
  work?: Work,
): Promise<Run> {
  const folder = createRunFolder(out, experiment, new Date())
  const machine = await describeMachine()
  const begun = describedRun(folder, { ...machine, loadBefore: currentLoad() })
  begun.describeMachine()
  // Written last: a folder that holds it has all that resuming needs.
  const saved: Saved = { args: words, node: machine.node, commit: machine.git?.commit ?? null, ...work }
  writeJson(folder.file('run.json'), saved)
  return begun
}

/**
 * Opens the folder of a run that was killed. The machine remains described as it was when the run began.
 *
 * @throws FolderError if it cannot be used
 */
export function resumeRun(path: string): Run {
  const described = openRun(path).need('machine.json', (text) => JSON.parse(text) as Described)
  return describedRun(reopenRunFolder(path), described)
}

/** What `machine.json` holds of a run that has begun, and may have been interrupted. */
interface Described extends Machine {
  readonly loadBefore: Load | null
  readonly warnings?: readonly string[]
}

const describedRun = (folder: RunFolder, described: Described): Run => ({
  folder,
  machine: described,
  earlierWarnings: described.warnings ?? [],
  describeMachine: (findings = {}) =>
    writeJson(folder.file('machine.json'), { ...described, loadAfter: currentLoad(), ...findings }),
})

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
  { warnings: known, ...findings }: { readonly warnings: readonly string[]; readonly limits: object },
  hasFailed: boolean,
): Promise<string[]> {
  const { folder } = begun
  try {
    writeJson(folder.file('trace.json'), { traceEvents: trace, displayTimeUnit: 'ms' }, true)
    const after = await observe()
    const warnings = [...begun.earlierWarnings, ...disturbances(before, after), ...known]
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
