import { cpus } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { sum } from '../statistics.ts'
import { availableCores, readText } from './cores.ts'
import type { Machine } from './machine.ts'

export type Moment = Awaited<ReturnType<typeof observe>>

/** What else the machine does, and how fast it is, at one moment. */
export const observe = async () => ({
  ...(await othersNow()),
  /** Processor time since the machine started; undefined except on Linux. */
  ticks: readTicks(),
  /** Milliseconds of a loop that is always the same. */
  spinMs: spinMs(),
})

/** Long enough for the clock ticks that processor time is counted in. */
const WINDOW_MS = 400

/** Milliseconds since some start: that passed, that this process kept processors busy, and that all processes did. */
function usage() {
  const { user, system } = process.cpuUsage()
  const all = sum(cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq))
  return { at: performance.now(), own: (user + system) / 1000, all }
}

/** Seen while this process sleeps. */
async function othersNow() {
  const before = usage()
  await setTimeout(WINDOW_MS)
  const after = usage()
  return { othersCores: othersCores(before, after), usage: after }
}

type Usage = ReturnType<typeof usage>

/**
 * How many of the cores that this process may use others keep busy; undefined where the system does not tell. They do
 * no harm on cores that it may not use.
 */
export function othersCores(before: Usage, after: Usage): number | undefined {
  const processors = cpus().length
  if (processors === 0) return undefined
  const others = (after.all - before.all - (after.own - before.own)) / (after.at - before.at)
  return Math.max(0, others - (processors - availableCores()))
}

/** A machine is idle if others keep less than this busy. */
const IDLE_CORES = 0.25

export const isBusy = ({ othersCores: others = 0 }: Pick<Moment, 'othersCores'>): boolean => others > IDLE_CORES

export const busyLine = ({ othersCores: others = 0 }: Pick<Moment, 'othersCores'>, cores: number): string =>
  `other processes keep ${others.toFixed(1)} of ${cores} ${cores === 1 ? 'core' : 'cores'} busy`

const SPIN_TURNS = 2_000_000
const SPIN_TRIES = 5

/** The fastest of some tries. */
function spinMs(): number {
  let best = Infinity
  for (let attempt = 0; attempt < SPIN_TRIES; attempt++) {
    const start = performance.now()
    let state = 1
    for (let turn = 0; turn < SPIN_TURNS; turn++) state = Math.imul(state, 1_664_525) + 1_013_904_223
    // Using the result keeps V8 from removing the loop.
    best = Math.min(best, performance.now() - start + (state === 0 ? 1 : 0))
  }
  return best
}

/** Position of the stolen time in the line `cpu user nice system idle iowait irq softirq steal …` of /proc/stat. */
const STEAL = 7

function readTicks() {
  const [, ...counts] = readText('/proc/stat')?.split('\n', 1)[0].split(/\s+/) ?? []
  const ticks = counts.slice(0, STEAL + 1).map(Number)
  return ticks.length > STEAL ? { all: sum(ticks), stolen: ticks[STEAL] } : undefined
}

/** A larger share of processor time that went to other machines, or a larger slowdown of the loop, is worth a warning. */
const NOTABLE_STEAL = 0.02
const NOTABLE_SLOWDOWN = 0.1

/** Warnings of what may have disturbed a run, from the moments before and after it. */
export function disturbances(before: Moment, after: Moment): string[] {
  const warnings: string[] = []
  const cores = availableCores()
  if (isBusy(before)) warnings.push(`before the run, ${busyLine(before, cores)}`)
  const during = { othersCores: othersCores(before.usage, after.usage) }
  if (isBusy(during)) warnings.push(`during the run, ${busyLine(during, cores)}`)
  const stolen = stolenShare(before, after) ?? 0
  if (stolen > NOTABLE_STEAL) {
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

/** What limits the cores even on an idle machine. */
export const coreNotes = ({ cgroupQuota: quota, allowedCores, smt }: Machine): string[] => [
  ...(quota !== null && quota < allowedCores
    ? [`this process may use ${quota} cores (quota), though it sees ${allowedCores}`]
    : []),
  ...(smt ? ['cores have two threads each: counts beyond the physical cores share their arithmetic'] : []),
]

/** Cores that share nothing do together as much as so many alone, but for a clock that falls. */
const LEAST_TOGETHER = 0.8

/**
 * Warns of cores that do less together than alone, as the processors of a virtual machine do that its host runs on one
 * core: no split can be faster there, and nothing else tells.
 *
 * @param limits of one session or of several, with one thread among them
 */
export function togetherWarnings(
  limits: readonly { readonly threads: number; readonly peakGflops: number }[],
  { smt }: Pick<Machine, 'smt'>,
): string[] {
  const one = limits.find(({ threads }) => threads === 1)?.peakGflops
  if (one === undefined || smt) return []
  const slow = limits.filter(({ threads, peakGflops }) => peakGflops < LEAST_TOGETHER * threads * one)
  return slow.map(
    ({ threads, peakGflops }) =>
      `${threads} cores together compute only ${(peakGflops / one).toFixed(2)} times as much as one alone`,
  )
}

/** The share of processor time that went to other machines; undefined where it is unknown. */
export function stolenShare(before: Moment, after: Moment): number | undefined {
  if (!before.ticks || !after.ticks) return undefined
  const all = after.ticks.all - before.ticks.all
  return all > 0 ? (after.ticks.stolen - before.ticks.stolen) / all : undefined
}
