import type { Plan } from '../plan/plan.ts'
import type { BoundProgram } from './bind.ts'
import { clock, seekStep, type Steps, type Timings } from './interpret.ts'
import { rangesOf, type Range } from './ranges.ts'

/**
 * Runs steps of a plan as tasks, one per range. A range is sent when all that it waits for is over, and joined here, on
 * the main thread. A step begins when its first ranges are sent and ends when its last is back. The time between two
 * ranges of a rank counts for the wait before the later one.
 *
 * @param run runs a range on any free thread; see `runRange`
 */
export async function dispatchSteps(
  plan: Plan,
  steps: Steps,
  run: (range: Range, step: number) => Promise<Float64Array>,
): Promise<Timings[]> {
  const ranges = rangesOf(plan)
  const total = steps.warmUp + steps.measured
  const timings = plan.programs.map((program) => ({
    arrivals: new Float64Array(total + 1),
    begun: 0,
    spent: new Float64Array(program.length + 1),
    stamps: new Float64Array(program.length + 1),
    heapGrowth: 0,
  }))
  let begun = clock()
  for (const { arrivals } of timings) arrivals[0] = begun
  for (let step = 0; step < total; step++) {
    if (step === steps.warmUp) for (const each of timings) each.begun = begun
    const over: Promise<Float64Array>[] = []
    for (const range of ranges) {
      const before = range.after.map((earlier) => over[earlier])
      over.push(before.length === 0 ? run(range, step) : Promise.all(before).then(() => run(range, step)))
    }
    const times = await Promise.all(over)
    const ended = clock()
    timings.forEach(({ arrivals, spent, stamps }, rank) => {
      arrivals[step + 1] = ended
      const last = plan.programs[rank].length - 1
      let now = begun
      let next = 0
      const pass = (to: number, until: number) => {
        for (; next < to; next++) stamps[next] = now
        // There is no wait before the first range: the time to send it belongs to no instruction.
        if (step >= steps.warmUp) spent[to === 0 ? last + 1 : to - 1] += until - now
        now = until
      }
      ranges.forEach((range, number) => {
        if (range.rank !== rank) return
        const marks = times[number]
        pass(range.from, marks[0])
        for (let i = range.from; i < range.to; i++) pass(i + 1, marks[i - range.from + 1])
      })
      pass(last + 1, ended)
      stamps[last + 1] = ended
    })
    begun = ended
  }
  return timings
}

/** Runs a range in this thread; gives when it began and when each of its instructions ended. */
export function runRange(
  bound: BoundProgram,
  { from, to }: Range,
  steps: Pick<Steps, 'done' | 'batches'>,
  step: number,
): Float64Array {
  const marks = new Float64Array(to - from + 1)
  seekStep(bound, steps, step)
  marks[0] = clock()
  for (let i = from; i < to; i++) {
    bound.actions[i]()
    marks[i - from + 1] = clock()
  }
  return marks
}
