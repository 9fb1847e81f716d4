import { cpus } from 'node:os'
import { expect, it } from 'vitest'
import { availableCores } from '../../../src/measure/machine/cores.ts'
import { disturbances, othersCores, togetherWarnings } from '../../../src/measure/machine/disturbance.ts'

const SECONDS = 10
/** Processors that this process may not use: the work of others does no harm there. */
const outside = cpus().length - availableCores()
const start = { at: 5, own: 70, all: 900 }
/** Ten seconds in which this process kept 1.5 processors busy, and others this many of the processors it may use. */
const later = (others: number) => ({
  at: start.at + 1000 * SECONDS,
  own: start.own + 1500 * SECONDS,
  all: start.all + 1000 * SECONDS * (1.5 + outside + others),
})
const moment = (usage: typeof start) => ({ othersCores: 0, usage, ticks: undefined, spinMs: 1 })

it('counts the cores that others keep busy, without what this process did itself', () => {
  expect(othersCores(start, later(0.75))).toBeCloseTo(0.75)
  expect(othersCores(start, later(-0.5))).toBe(0)
})

it('warns of processes that began only after the run had', () => {
  const cores = availableCores()
  expect(disturbances(moment(start), moment(later(0.9)))).toEqual([
    `during the run, other processes keep 0.9 of ${cores} ${cores === 1 ? 'core' : 'cores'} busy`,
  ])
  expect(disturbances(moment(start), moment(later(0.1)))).toEqual([])
})

/** Of one thread and of two, the latter made up. */
const limits = (two: number) => [
  { threads: 1, peakGflops: 58 },
  { threads: 2, peakGflops: two },
]

it('warns of cores that do no more together than one does alone, unless two threads of a core are known to', () => {
  expect(togetherWarnings(limits(58), { smt: false })).toEqual([
    '2 cores together compute only 1.00 times as much as one alone',
  ])
  expect(togetherWarnings(limits(110), { smt: null })).toEqual([])
  expect(togetherWarnings(limits(70), { smt: true })).toEqual([])
  expect(togetherWarnings([], { smt: false })).toEqual([])
})
