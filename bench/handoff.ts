import { chooseKernel } from '../src/kernels/choose.ts'
import { disturbances, observe } from '../src/measure/machine/disturbance.ts'
import { measureBarriers, measureOneWay, measureRoundTrips } from '../src/measure/handoff/between-ranks.ts'
import { measureStartUp, measureTasks } from '../src/measure/handoff/from-main.ts'
import type { Conditions, Measurement } from '../src/measure/handoff/measurement.ts'
import { measureReductions } from '../src/measure/handoff/reduction.ts'
import type { Pace } from '../src/measure/handoff/tries.ts'
import { appendTo } from '../src/report/rows/index.ts'
import { handoffLine, latencyTable, sizeTable } from '../src/report/text/handoff.ts'
import { interruptible } from './run/interrupt.ts'
import { command } from './options/command.ts'
import { OUT } from './options/run-options.ts'
import { defaultThreads } from '../src/cells/choose.ts'
import { wholeNumbers } from '../src/cells/values.ts'
import { beginRun } from './run/run.ts'
import { openTerminal } from './run/terminal.ts'

const NAME = 'handoff'

/** Bytes: 4 B to 16 MiB. */
const SIZES = Array.from({ length: 12 }, (_, power) => 4 ** (power + 1))
const QUICK_SIZES = [4 ** 1, 4 ** 6, 4 ** 10]

/** Bytes of what is combined: 1 KiB to 16 MiB. */
const REDUCED = Array.from({ length: 8 }, (_, power) => 4 ** (power + 5))
const QUICK_REDUCED = [4 ** 5, 4 ** 10]

const TRIES = { fewest: 10, most: 50_000 }
const PACES = {
  latency: { warmUpMs: 150, measuredMs: 500, ...TRIES },
  oneWay: { warmUpMs: 40, measuredMs: 150, ...TRIES },
  startUp: { warmUpMs: 0, measuredMs: 1200, ...TRIES, fewest: 5 },
} satisfies Readonly<Record<string, Pace>>
const QUICK_SHARE = 0.15
const QUICK_FEWEST = 3

const EXPLANATION = [
  "one-way: from the producer's call (publish or post) until the consumer's wait has ended and it has read the first and the last element. shared: it reads where the producer wrote. copy: it copies from there first. transfer and clone: a message, awaited at a counter.",
  'round trip: there and back. A Piscina task goes from the main thread and back.',
  "reduction: until every thread has the sum of all threads' arrays in one of its own.",
  "barrier: from the last thread's arrival to the last thread's leaving.",
  'start-up: to the first message, or the first finished task.',
  'algbw: bytes / median, where bytes are moved; busbw: times 2(n − 1)/n. wrong: tries whose payload was not what had been sent.',
]

/**
 * What a handoff costs in Node, without any training. Varies: how threads signal each other, how data move from one to
 * another, how many meet at a barrier or are started. Fixed: nobody computes, and ranks wait as they do in a plan.
 */
export const handoff = command({
  name: NAME,
  summary: 'what it costs in Node to hand something to another thread',
  takes: ['threads'],
  own: { quick: { flags: '--quick', help: 'fewer sizes and shorter tries' }, ...OUT },
  overrides: {
    threads: {
      help: 'threads at the barrier and in the pools (default: 2, 4, … up to the cores)',
      read: wholeNumbers(2, 256),
    },
  },
  examples: ['handoff', 'handoff --quick', 'handoff --threads 2,3,4 --out results/handoff'],
  settle: (values) => values,
  async run(options, { cores, words }) {
    const begun = await beginRun(options.out, NAME, words)
    const { folder } = begun
    const { explain } = openTerminal()
    const before = await observe()
    const results: Measurement[] = []
    try {
      await interruptible(async (signal) => {
        for await (const measurement of measureAll(options, { cores, signal })) {
          results.push(measurement)
          appendTo(folder, 'handoff.csv', [{ runId: folder.id, measurement, cores }])
          console.log(handoffLine(measurement, cores))
        }
      })
    } finally {
      const warnings = disturbances(before, await observe())
      for (const warning of warnings) explain(`warning: ${warning}`)
      begun.describeMachine({ warnings })
      folder.release()
    }
    console.log(latencyTable(results, cores))
    console.log(sizeTable(results, 'one-way'))
    console.log(sizeTable(results, 'reduction'))
    explain(...EXPLANATION)
    for (const file of ['handoff.csv', 'machine.json']) console.log(folder.file(file))
    return results.every(({ wrong }) => wrong === 0)
  },
})

/** One kind after the other; each starts its threads, and ends them before the next begins. */
async function* measureAll(
  { quick, threads }: { readonly quick: boolean; readonly threads: readonly number[] | undefined },
  conditions: Conditions,
): AsyncGenerator<Measurement, void> {
  const pace = (name: keyof typeof PACES) => paceOf(PACES[name], quick)
  const several = defaultThreads(conditions.cores).filter((count) => count > 1)
  const counts = threads ?? (several.length > 0 ? several : [2])
  yield* measureRoundTrips(conditions, pace('latency'))
  yield* measureTasks(conditions, pace('latency'))
  yield* measureBarriers(conditions, counts, pace('latency'))
  yield* measureOneWay(conditions, quick ? QUICK_SIZES : SIZES, pace('oneWay'))
  const kernel = chooseKernel(undefined).choice
  yield* measureReductions(conditions, counts, quick ? QUICK_REDUCED : REDUCED, pace('oneWay'), kernel)
  yield* measureStartUp(conditions, [1, ...counts], pace('startUp'))
}

function paceOf(pace: Pace, quick: boolean): Pace {
  if (!quick) return pace
  const [warmUpMs, measuredMs] = [pace.warmUpMs * QUICK_SHARE, pace.measuredMs * QUICK_SHARE]
  return { ...pace, warmUpMs, measuredMs, fewest: QUICK_FEWEST }
}
