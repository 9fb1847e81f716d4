import { stepFlop } from '../model/shape.ts'
import { idealBubble } from '../simulate/bubble.ts'
import { simulate } from '../simulate/simulate.ts'
import type { Visit } from './blocks.ts'
import type { Cell } from '../cells/cell.ts'
import { isSignal } from '../plan/effects.ts'
import { isWait } from './ledger.ts'
import { blockMedian, measuredNs, pairedRatios } from './noise.ts'
import { least, mean, median, medianInterval, quantile, sum, typicalVariance } from './statistics.ts'

export type Summary = ReturnType<typeof summarise>

/** How much cells typically vary between blocks: variances of logarithms. */
export type Spread = ReturnType<typeof spreadOf>

/** @param cells the visits of each cell, without serial's */
export const spreadOf = (cells: readonly (readonly Visit[])[], serial: readonly Visit[]) => ({
  step: typicalVariance([...cells, serial].map((visits) => visits.map(blockMedian))),
  speedup: typicalVariance(cells.map((visits) => pairedRatios(visits, serial))),
})

/**
 * What all visits of one cell show together; times in nanoseconds, of measured steps only.
 *
 * @param spread which intervals over fewer than six blocks do not fall below
 * @param coresTogether how many times as much as one core the cell's cores compute when all of them do
 * @throws RangeError if there are no visits
 */
export function summarise(
  cell: Cell,
  visits: readonly Visit[],
  serial: readonly Visit[],
  coresTogether?: number,
  spread: Spread = { step: 0, speedup: 0 },
) {
  const { model, batch, programs } = cell.plan
  const threads = programs.length
  const measured = visits.flatMap(measuredNs)
  const medians = visits.map(blockMedian)
  const medianNs = median(medians)
  const minNs = least(measured)
  const pairs = pairedSpeedups(visits, serial)
  const speedup = pairs.length > 0 ? median(pairs) : undefined
  return {
    samples: measured.length,
    /** Median over blocks of the blocks' medians, and its 95 % interval; undefined with one block. */
    medianNs,
    interval: medianInterval(medians, spread.step),
    meanNs: mean(measured),
    minNs,
    p05Ns: quantile(measured, 0.05),
    p95Ns: quantile(measured, 0.95),
    /** The slowest block's median / the fastest block's. */
    blockSpread: medians.reduce((a, b) => Math.max(a, b)) / least(medians),
    samplesPerSecond: batch / (medianNs * 1e-9),
    gflops: stepFlop(model, batch) / medianNs,
    /** Serial's step time / the cell's, paired within each block; undefined without serial. */
    speedup,
    speedupInterval: speedup === undefined ? undefined : medianInterval(pairs, spread.speedup),
    /** Serial's fastest step / the cell's fastest: other programs on the machine disturb these least. */
    speedupOfMinima: speedup === undefined ? undefined : least(serial.flatMap(measuredNs)) / minNs,
    efficiency: speedup === undefined ? undefined : speedup / threads,
    /** Speed-up / how much faster as many cores are together than one; undefined where that is unknown. */
    efficiencyTogether: speedup === undefined || coresTogether === undefined ? undefined : speedup / coresTogether,
    /** The serial fraction that a speed-up amounts to (Karp and Flatt 1990); undefined on one thread. */
    karpFlatt: speedup === undefined || threads === 1 ? undefined : karpFlatt(speedup, threads),
    /** The share of the ranks' time that they had no processor, where Node tells it. */
    offCpuShare: offCpuShare(visits),
    bubbleFraction: bubbleFraction(visits),
    bubbleFractionIdeal: idealBubble(cell.plan),
    /** The step if each instruction took its mean time in the ledger, and handoffs took none. */
    criticalPathNs: criticalPathNs(cell, visits),
  }
}

/**
 * Waits follow from the plan. Signals take no time, since another rank may go on before the one that publishes does. All
 * other instructions take their mean over all measured steps.
 */
function criticalPathNs({ plan }: Cell, visits: readonly Visit[]): number {
  const steps = visits.flatMap(measuredNs).length
  const meanNs = (rank: number, index: number) =>
    sum(visits.map(({ reports }) => reports[rank].spent[index] * 1e6)) / steps
  return simulate(plan, (instruction, rank, index) => (isSignal(instruction) ? 0 : meanNs(rank, index))).duration
}

const pairedSpeedups = (visits: readonly Visit[], serial: readonly Visit[]): number[] =>
  pairedRatios(visits, serial).map((ratio) => 1 / ratio)

/** Whether the interval of a cell's speed-up reaches no further than a share of it to either side. */
export function speedupIsWithin(share: number, visits: readonly Visit[], cell: Cell, serial: Cell): boolean {
  const of = (which: Cell) => visits.filter((visit) => visit.cell === which)
  const pairs = pairedSpeedups(of(cell), of(serial))
  const interval = medianInterval(pairs)
  if (!interval) return false
  const middle = median(pairs)
  return interval.high - middle <= share * middle && middle - interval.low <= share * middle
}

/** (1/S − 1/p) / (1 − 1/p) */
export const karpFlatt = (speedup: number, threads: number): number => (1 / speedup - 1 / threads) / (1 - 1 / threads)

/** Waiting by spinning is on the processor, waiting asleep is not. */
function offCpuShare(visits: readonly Visit[]): number | undefined {
  const cpu = sum(visits.flatMap(({ reports }) => reports.map(({ cpuMs = NaN }) => cpuMs)))
  const wall = sum(visits.flatMap((visit) => visit.reports.map(() => sum(measuredNs(visit)) / 1e6)))
  return Number.isNaN(cpu) || wall <= 0 ? undefined : Math.max(0, 1 - cpu / wall)
}

/** All ranks' waiting / (ranks × the time of the steps). */
function bubbleFraction(visits: readonly Visit[]): number {
  const entries = visits.flatMap(({ ranks }) => ranks.flatMap(({ ledger }) => [...ledger]))
  const idle = sum(entries.map(([bucket, ns]) => (isWait(bucket) ? ns : 0)))
  return idle / sum(visits.map((visit) => visit.ranks.length * sum(measuredNs(visit))))
}
