import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { availableCores, cgroupQuota } from './cores.ts'
import type { Machine } from './machine.ts'

/** What else the machine does, and how fast it is, at one moment. */
export interface Moment {
  /** How many of the cores that this process may use others keep busy; undefined where the system does not tell. */
  readonly othersCores: number | undefined
  /** Shares of all processor time since the machine started; undefined elsewhere than on Linux. */
  readonly ticks: { readonly all: number; readonly stolen: number } | undefined
  /** Milliseconds of a loop that always does the same. */
  readonly spinMs: number
}

const SPIN_TURNS = 2_000_000
const SPIN_TRIES = 5

export async function observe(): Promise<Moment> {
  return { othersCores: await othersCores(), ticks: readTicks(), spinMs: spinMs() }
}

/** Long enough for the clock ticks that processor time is counted in. */
const WINDOW_MS = 400

/** What all processors have done since the machine started, but for idling. */
const busyMs = (): number => cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)

/**
 * Seen over a short time in which this process sleeps. Where it may use fewer cores than there are, the others can keep
 * the rest busy without harm.
 */
async function othersCores(): Promise<number | undefined> {
  const all = cpus().length
  if (all === 0) return undefined
  const [before, own, start] = [busyMs(), process.cpuUsage(), performance.now()]
  await setTimeout(WINDOW_MS)
  const { user, system } = process.cpuUsage(own)
  const others = (busyMs() - before - (user + system) / 1000) / (performance.now() - start)
  return Math.max(0, others - (all - availableCores()))
}

/** A machine with less than this beside the run is idle. */
const IDLE_CORES = 0.25

export const isBusy = ({ othersCores: others }: Moment): boolean => others !== undefined && others > IDLE_CORES

export const busyLine = ({ othersCores: others = 0 }: Moment, cores: number): string =>
  `other processes keep ${others.toFixed(1)} of ${cores} ${cores === 1 ? 'core' : 'cores'} busy`

function spinMs(): number {
  let best = Infinity
  for (let attempt = 0; attempt < SPIN_TRIES; attempt++) {
    const start = performance.now()
    let state = 1
    for (let turn = 0; turn < SPIN_TURNS; turn++) state = Math.imul(state, 1_664_525) + 1_013_904_223
    // The result is used, so that the loop cannot be left out.
    best = Math.min(best, performance.now() - start + (state === 0 ? 1 : 0))
  }
  return best
}

/** The line `cpu user nice system idle iowait irq softirq steal …` of /proc/stat. */
const STEAL = 7
function readTicks(): Moment['ticks'] {
  try {
    const [line] = readFileSync('/proc/stat', 'utf8').split('\n')
    const counts = line
      .split(/\s+/)
      .slice(1, STEAL + 2)
      .map(Number)
    return { all: counts.reduce((sum, count) => sum + count, 0), stolen: counts[STEAL] }
  } catch {
    return undefined
  }
}

/** More than this of the processor's time went to other machines, or the loop was slower by more. */
const NOTABLE_STEAL = 0.02
const NOTABLE_SLOWDOWN = 0.1

/** What may have disturbed a run, in words, from the moments before and after it. */
export function disturbances(before: Moment, after: Moment): string[] {
  const warnings: string[] = []
  const cores = availableCores()
  if (isBusy(before)) warnings.push(`before the run, ${busyLine(before, cores)}`)
  const stolen = stolenShare(before, after)
  if (stolen !== undefined && stolen > NOTABLE_STEAL) {
    warnings.push(`${(100 * stolen).toFixed(1)} % of the processor’s time went to other machines on the same host`)
  }
  const slower = after.spinMs / before.spinMs - 1
  if (slower > NOTABLE_SLOWDOWN) {
    warnings.push(
      `the same loop took ${(100 * slower).toFixed(0)} % longer after the run than before: the clock fell, or something else ran`,
    )
  }
  return warnings
}

/** What limits the cores themselves, on the quietest of days. */
export function coreNotes(machine: Machine): string[] {
  const quota = cgroupQuota()
  return [
    ...(quota !== undefined && quota < machine.allowedCores
      ? [`this process may use ${quota} cores (quota), though it sees ${machine.allowedCores}`]
      : []),
    ...(machine.smt ? ['cores have two threads each: counts beyond the physical cores share their arithmetic'] : []),
  ]
}

export function stolenShare(before: Moment, after: Moment): number | undefined {
  if (!before.ticks || !after.ticks) return undefined
  const all = after.ticks.all - before.ticks.all
  return all > 0 ? (after.ticks.stolen - before.ticks.stolen) / all : undefined
}
