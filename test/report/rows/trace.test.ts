import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cell } from '../../../src/cells/cell.ts'
import { BUCKETS } from '../../../src/measure/ledger.ts'
import { random } from '../../../src/model/random.ts'
import { planGrid } from '../../../src/plan/build/programs.ts'
import { isFused, passOf } from '../../../src/plan/read/work.ts'
import type { Instruction, Plan } from '../../../src/plan/plan.ts'
import { walk } from '../../../src/plan/read/walk.ts'
import { traceStep, type TraceEvent } from '../../../src/report/rows/trace.ts'
import type { RankReport } from '../../../src/runtime/orders.ts'
import { anyGrid } from '../../plan/arbitrary.ts'
import { smallCell } from '../../runtime/cells.ts'
import { RUN } from '../run.ts'

/** Times are multiples of this many milliseconds, so that their differences in microseconds are exact. */
const TICK = 1 / 1024

/**
 * What ranks might report of a step: each comes late and takes its time by chance, a publish is seen at some instant
 * while it is made, and whoever awaits it goes on some time after that.
 */
function reportsOf(plan: Plan, seed: number): RankReport[] {
  const chance = random(seed)
  const now = plan.programs.map(() => 5000 + chance.below(20))
  const stamps = plan.programs.map((): number[] => [])
  const seen: number[][] = plan.counters.map(() => [])
  walk(plan, {
    instruction(rank) {
      stamps[rank].push(now[rank])
      now[rank] += chance.below(10)
    },
    published(rank, counter) {
      seen[counter].push(now[rank])
      now[rank] += chance.below(10)
    },
    awaited(rank, counter, count) {
      now[rank] = Math.max(now[rank], seen[counter][count - 1]) + chance.below(3)
    },
  })
  return stamps.map((begun, rank) => ({
    rank,
    threadId: rank + 21,
    heapGrowth: 0,
    arrivals: new Float64Array(),
    begun: 0,
    spent: new Float64Array(),
    stamps: Float64Array.from([...begun, now[rank]], (ticks) => ticks * TICK),
  }))
}

const cellOf = (plan: Plan): Cell => ({ ...smallCell('serial'), name: 'a cell', plan })
const anyPlan = anyGrid.map(planGrid)
const PID = 3

const endOf = (event: TraceEvent) => event.ts! + event.dur!
const contains = (outer: TraceEvent, inner: TraceEvent) => outer.ts! <= inner.ts! && endOf(inner) <= endOf(outer)
const apart = (a: TraceEvent, b: TraceEvent) => endOf(a) <= b.ts! || endOf(b) <= a.ts!
const spansOf = (events: readonly TraceEvent[], rank: number, ...categories: string[]) =>
  events.filter(({ ph, tid, cat }) => ph === 'X' && tid === rank && categories.includes(cat!))

/** Whether an event has what the format demands of its kind. */
const wellFormed = ({ ph, pid, ts = NaN, dur = NaN, id, bp }: TraceEvent): boolean => {
  if (pid !== PID) return false
  if (ph === 'M') return true
  if (ph === 'X') return ts >= 0 && dur >= 0
  // An arrow ends in the span around its end; otherwise it would go on to the next one.
  return ts >= 0 && Number.isSafeInteger(id) && bp === (ph === 'f' ? 'e' : undefined)
}

/** Checks something of the trace of any plan. */
const always = (check: (events: TraceEvent[], plan: Plan, reports: RankReport[]) => void) =>
  fc.assert(
    fc.property(anyPlan, fc.nat(), (plan, seed) => {
      const reports = reportsOf(plan, seed)
      check(traceStep(RUN, cellOf(plan), PID, reports), plan, reports)
    }),
  )

describe('the trace of a step', () => {
  it('is plain JSON of events that have what the format demands of their kind', () => {
    always((events) => {
      const text = JSON.stringify(events)
      expect(JSON.stringify(JSON.parse(text))).toBe(text)
      expect(text).not.toContain('null')
      expect(events.filter((event) => !wellFormed(event))).toEqual([])
    })
  })

  it('names the process after experiment and cell, and each thread after its rank and thread, in the order of ranks', () => {
    always((events, plan) => {
      const named = (name: string) => events.filter((event) => event.ph === 'M' && event.name === name)
      expect(named('process_name').map(({ args }) => args)).toEqual([
        {
          name: 'scaling · a cell',
          run_id: 'run',
          experiment: 'scaling',
          cell: 'a cell',
          layers: plan.model.widths.join('-'),
          batch: plan.batch,
        },
      ])
      const ranks = plan.programs.map((_, rank) => rank)
      expect(named('thread_name').map(({ tid, args }) => ({ tid, ...args }))).toEqual(
        ranks.map((rank) => ({ tid: rank, name: `rank ${rank} (thread ${rank + 21})` })),
      )
      expect(named('thread_sort_index').map(({ tid, args }) => ({ tid, ...args }))).toEqual(
        ranks.map((rank) => ({ tid: rank, sort_index: rank })),
      )
    })
  })

  it('has a span per instruction, one behind the other without gaps, from the start of the step to its end', () => {
    always((events, plan, reports) => {
      const origin = Math.min(...reports.map(({ stamps }) => stamps[0]))
      plan.programs.forEach((program, rank) => {
        const steps = spansOf(events, rank, 'step')
        expect(steps).toHaveLength(1)
        const [step] = steps
        expect(step.ts).toBe((reports[rank].stamps[0] - origin) * 1000)
        const spans = spansOf(events, rank, ...BUCKETS)
        expect(spans).toHaveLength(program.length)
        expect(spans.map(({ ts }) => ts)).toEqual([step.ts, ...spans.slice(0, -1).map(endOf)])
        expect(endOf(spans[spans.length - 1])).toBe(endOf(step))
      })
      expect(Math.min(...events.flatMap(({ ts }) => ts ?? []))).toBe(0)
    })
  })

  it('has passes that lie in the step, one behind the other, and hold all work on their microbatch', () => {
    always((events, plan) => {
      plan.programs.forEach((program, rank) => {
        const [step] = spansOf(events, rank, 'step')
        const passes = spansOf(events, rank, 'pass')
        const spans = spansOf(events, rank, ...BUCKETS)
        expect(passes.filter((pass) => !contains(step, pass))).toEqual([])
        expect(passes.filter((pass, i) => i > 0 && pass.ts! < endOf(passes[i - 1]))).toEqual([])

        const fused = isFused(plan)
        const nameOf = (instruction: Instruction) =>
          'microbatch' in instruction && passOf(instruction, fused) !== undefined
            ? `${passOf(instruction, fused)} ${instruction.microbatch}`
            : undefined
        const homes = program.map((_, i) => passes.filter((pass) => contains(pass, spans[i]) && spans[i].dur! > 0))
        const homeless = program.filter((instruction, i) => {
          const name = nameOf(instruction)
          return name !== undefined && spans[i].dur! > 0 && !homes[i].some((pass) => pass.name === name)
        })
        expect(homeless).toEqual([])
        const strangers = program.filter((instruction, i) => {
          const name = nameOf(instruction)
          return name !== undefined && homes[i].some((pass) => pass.name !== name)
        })
        expect(strangers).toEqual([])

        const halfInside = spans.filter((span) => passes.some((pass) => !apart(pass, span) && !contains(pass, span)))
        expect(halfInside).toEqual([])
      })
    })
  })

  it('has one arrow per receive, from the publish that was awaited to the work that follows, never back in time', () => {
    always((events, plan) => {
      const expected = plan.programs.flatMap((program, rank) =>
        program.flatMap((instruction, index) => {
          if (instruction.op !== 'await' || instruction.cause !== 'receive') return []
          const { publisher } = plan.counters[instruction.counter]
          const publishes = spansOf(events, publisher, ...BUCKETS).filter((_, i) => {
            const each = plan.programs[publisher][i]
            return each.op === 'publish' && each.counter === instruction.counter
          })
          const receive = spansOf(events, rank, ...BUCKETS)[index]
          return [{ from: publisher, at: publishes[instruction.atLeast - 1].ts!, to: rank, until: endOf(receive) }]
        }),
      )
      const arrows = arrowsOf(events)
      expect(arrows.map(asText).toSorted()).toEqual(expected.map(asText).toSorted())
      expect(arrows.filter(({ at, until }) => at > until)).toEqual([])
    })
  })

  it('numbers the arrows of different cells differently', () => {
    const cell = smallCell('pipeline', { threads: 3 })
    const reports = reportsOf(cell.plan, 1)
    const ids = [0, 1, 2].flatMap((pid) => traceStep(RUN, cell, pid, reports).filter(({ ph }) => ph === 's'))
    expect(ids.length).toBeGreaterThan(0)
    expect(new Set(ids.map(({ id }) => id)).size).toBe(ids.length)
  })

  it('says in a span’s name what is done, and in its category where its time is booked', () => {
    const cell = smallCell('pipeline', { threads: 2, microbatches: 2 })
    const events = traceStep(RUN, cell, 0, reportsOf(cell.plan, 1))
    const titles = (rank: number) => spansOf(events, rank, ...BUCKETS).map(({ name, cat }) => `${cat}, ${name}`)
    expect(titles(0)[0]).toBe('forward, forward 0')
    expect(titles(0).at(-1)).toBe('wait-barrier, barrier')
    expect(titles(1)[0]).toMatch(/^backward-input, pack \d$/)
    expect(titles(1)).toContainEqual(expect.stringMatching(/^wait-receive, receive: activation \d written$/))
    expect(titles(1)).toContain('loss, loss')
    expect(titles(1)).toContainEqual(expect.stringMatching(/^other, publish delta \d written$/))
  })
})

interface Arrow {
  readonly from: number
  readonly at: number
  readonly to: number
  readonly until: number
}

/** Each start with the one end that has its number. */
function arrowsOf(events: readonly TraceEvent[]): Arrow[] {
  const starts = events.filter(({ ph }) => ph === 's')
  const ends = new Map(events.filter(({ ph }) => ph === 'f').map((end) => [end.id, end]))
  expect(new Set(starts.map(({ id }) => id)).size).toBe(starts.length)
  expect(events.filter(({ ph }) => ph === 'f')).toHaveLength(starts.length)
  return starts.map((start) => {
    const end = ends.get(start.id)
    if (!end) throw new Error(`arrow ${start.id} has no end`)
    return { from: start.tid, at: start.ts!, to: end.tid, until: end.ts! }
  })
}

const asText = ({ from, at, to, until }: Arrow): string => `${from} at ${at} to ${to} at ${until}`
