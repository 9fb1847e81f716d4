import { readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { availableCores, cgroupQuota } from './cores.ts'
import type { Machine } from './machine.ts'

/** What else the machine does, and how fast it is, at one moment. */
export interface Moment {
  /** Processes waiting or running over the last minute; undefined where that is not kept. */
  readonly load: number | undefined
  /** Shares of all processor time since the machine started; undefined elsewhere than on Linux. */
  readonly ticks: { readonly all: number; readonly stolen: number } | undefined
  /** Milliseconds of a loop that always does the same. */
  readonly spinMs: number
}

const SPIN_TURNS = 2_000_000
const SPIN_TRIES = 5

export function observe(): Moment {
  return {
    load: process.platform === 'win32' ? undefined : loadavg()[0],
    ticks: readTicks(),
    spinMs: spinMs(),
  }
}

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

/** What may have disturbed a run, in words, from what was seen before and after it. */
export function disturbances(machine: Machine, before: Moment, after: Moment): string[] {
  const warnings: string[] = []
  const cores = availableCores()
  if (before.load !== undefined && before.load > cores / 2) {
    warnings.push(`the machine was busy before the run: load ${before.load.toFixed(1)} on ${cores} cores`)
  }
  const stolen = stolenShare(before, after)
  if (stolen !== undefined && stolen > NOTABLE_STEAL) {
    warnings.push(
      `${(100 * stolen).toFixed(1)} % of the processor’s time went to other machines on the same host`,
    )
  }
  const slower = after.spinMs / before.spinMs - 1
  if (slower > NOTABLE_SLOWDOWN) {
    warnings.push(
      `the same loop took ${(100 * slower).toFixed(0)} % longer after the run than before: the clock has fallen`,
    )
  }
  const quota = cgroupQuota()
  if (quota !== undefined && quota < machine.allowedCores) {
    warnings.push(`a quota of ${quota} cores holds for this process, which sees ${machine.allowedCores}`)
  }
  if (machine.smt) {
    warnings.push('cores have two threads each: counts beyond the physical cores share their arithmetic')
  }
  return warnings
}

export function stolenShare(before: Moment, after: Moment): number | undefined {
  if (!before.ticks || !after.ticks) return undefined
  const all = after.ticks.all - before.ticks.all
  return all > 0 ? (after.ticks.stolen - before.ticks.stolen) / all : undefined
}
