import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Visit } from '../../src/measure/blocks.ts'
import { FEWEST_SESSIONS, type Effort } from '../../src/measure/effort.ts'
import type { MeasureEvent } from '../../src/measure/events.ts'
import { measuredCells, runGroup, type Earlier } from '../../src/measure/group.ts'
import type { Forecast } from '../../src/measure/prediction/predict.ts'
import { batchesFor, CORES, smallCell } from '../runtime/cells.ts'

const serial = smallCell('serial')
const group = { label: '', cells: [serial, smallCell('layer', { threads: 2 })] }
const cells = measuredCells(group)
const BLOCKS = 2
const EFFORT = { seed: 1, steps: 3, blocks: BLOCKS, precision: 0.02, budget: 60, quick: true, pin: false }
const NOTHING: Earlier = { visits: [], forecasts: [] }

const run = (
  earlier = NOTHING,
  signal = new AbortController().signal,
  batches = batchesFor(serial),
  effort: Effort = EFFORT,
) =>
  runGroup(group, cells, batches, effort, { cores: CORES, kernel: { name: 'js', arithmetic: 'f32' }, signal }, earlier)

/** Takes events until there are so many of a kind, or to the end. */
async function take(events: ReturnType<typeof run>, kind?: MeasureEvent['kind'], count = 1) {
  const taken: MeasureEvent[] = []
  for (;;) {
    const next = await events.next()
    if (next.done) return { taken, result: next.value }
    taken.push(next.value)
    if (taken.filter((event) => event.kind === kind).length === count) return { taken, result: undefined }
  }
}

const visitsIn = (events: readonly MeasureEvent[]): Visit[] =>
  events.flatMap((event) => (event.kind === 'visited' ? [event.visit] : []))

const forecastsIn = (events: readonly MeasureEvent[]): Forecast[] =>
  events.flatMap((event) =>
    event.kind === 'predicted'
      ? event.cells.map((cell) => ({ cell, block: event.block, prediction: event.predictions.of.get(cell) }))
      : [],
  )

const outputs = [
  vi.spyOn(process.stdout, 'write'),
  vi.spyOn(process.stderr, 'write'),
  ...(['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name)),
]
beforeEach(() => outputs.forEach((output) => output.mockClear()))

describe('a group of cells', () => {
  it('is planned, its limits are measured, it is verified, predicted and timed, in this order and without a word', async () => {
    const { taken, result } = await take(run())
    expect(taken.map(({ kind }) => kind)).toEqual([
      'planned',
      'limits',
      'verified',
      ...Array.from({ length: BLOCKS }, () => ['predicted', ...cells.map(() => 'visited'), 'finished']).flat(),
    ])
    for (const output of outputs) expect(output).not.toHaveBeenCalled()
    expect(result!.failure).toBeUndefined()
    expect(result!.outcomes.map(({ cell, verdict, visits }) => [cell, verdict.match, visits.length])).toEqual(
      cells.map((cell) => [cell, 'exact', BLOCKS]),
    )
  })

  it('yields what it has found: its cells, their verdicts and predictions, and how far the blocks are', async () => {
    const { taken } = await take(run())
    const [planned, limits, verified, predicted, ...visited] = taken.filter(({ kind }) => kind !== 'finished')
    expect(planned).toEqual({ kind: 'planned', cells: group.cells })
    if (limits.kind !== 'limits' || verified.kind !== 'verified' || predicted.kind !== 'predicted') {
      throw new Error('another order')
    }
    expect([...verified.verdicts.keys()]).toEqual(cells)
    expect(predicted.cells).toEqual(cells)
    expect([...predicted.predictions.of.keys()]).toEqual(cells)
    const progress = visited.flatMap((event) => (event.kind === 'visited' ? [event.progress] : []))
    expect(progress.map(({ done }) => done)).toEqual([1, 2, 3, 1, 2, 3])
    for (const each of progress) expect(each).toMatchObject({ cells: 3, fewest: BLOCKS, atMost: false })
    expect(progress.at(-1)!.leftMs).toBe(0)
    const visits = visitsIn(taken)
    expect(visits.map(({ block }) => block)).toEqual([0, 0, 0, 1, 1, 1])
    for (const { stepNs, warmUp } of visits) expect(stepNs).toHaveLength(warmUp + EFFORT.steps)
  })

  it('runs nothing until the next event is asked for', async () => {
    const batches = batchesFor(serial)
    const count = vi.fn(() => batches.count)
    const watched = {
      ...batches,
      get count() {
        return count()
      },
    }
    const events = run(NOTHING, undefined, watched)
    await take(events, 'planned')
    expect(count).not.toHaveBeenCalled()
    await take(events, 'limits')
    expect(count).toHaveBeenCalled()
    await events.return(undefined as never)
  })

  it('does not repeat what an earlier part of the run has measured and predicted', async () => {
    const first = run()
    const { taken } = await take(first, 'finished')
    await first.return(undefined as never)
    const [visits, forecasts] = [visitsIn(taken), forecastsIn(taken)]
    const { taken: rest, result } = await take(run({ visits, forecasts }))
    expect(rest.map(({ kind }) => kind)).toEqual([
      'planned',
      'limits',
      'verified',
      'predicted',
      ...cells.map(() => 'visited'),
      'finished',
    ])
    const all = [...visits, ...visitsIn(rest)]
    expect(result!.outcomes.map((outcome) => outcome.visits)).toEqual(
      cells.map((cell) => all.filter((visit) => visit.cell === cell)),
    )
    const foretold = [...forecasts, ...forecastsIn(rest)]
    expect(foretold.map(({ block }) => block)).toEqual([0, 1].flatMap((block) => cells.map(() => block)))
    for (const { cell, prediction } of result!.outcomes) {
      const steps = foretold.flatMap((each) => (each.cell === cell ? each.prediction!.stepNs : []))
      expect(prediction?.predictedNs).toBe((steps[0] + steps[1]) / 2)
    }
  })
})

describe('a session', () => {
  it('is new in each block: other threads, and memory that is shifted', async () => {
    const { taken } = await take(run())
    const threads = [0, 1].map((block) =>
      visitsIn(taken)
        .filter((visit) => visit.block === block)
        .flatMap(({ reports }) => reports.map(({ threadId }) => threadId)),
    )
    expect(threads[0].filter((thread) => threads[1].includes(thread))).toEqual([])
  })

  it('needs not be opened again for a run that has all blocks, except to verify it', async () => {
    const { taken } = await take(run())
    const { taken: rest } = await take(run({ visits: visitsIn(taken), forecasts: forecastsIn(taken) }))
    expect(rest.map(({ kind }) => kind)).toEqual(['planned', 'limits', 'verified'])
  })
})

/** How many a run has without a fixed number of blocks. */
const sessionsOf = async (effort: Partial<Effort>) => {
  const { taken } = await take(run(NOTHING, undefined, undefined, { ...EFFORT, blocks: undefined, ...effort }))
  return taken.filter(({ kind }) => kind === 'finished').length
}

describe('the number of sessions', () => {
  it('is six where all speed-ups are precise enough by then', async () => {
    expect(await sessionsOf({ precision: Infinity })).toBe(FEWEST_SESSIONS)
  })

  it('is six, however little is known, where the budget is spent by then', async () => {
    expect(await sessionsOf({ precision: 0, budget: 1e-3 })).toBe(FEWEST_SESSIONS)
  })
})

describe('what is timed', () => {
  it('has trained what serial trains in as many steps, or the cell is no result', async () => {
    const events = run()
    let next = await events.next()
    while (!next.done) {
      // As if a step had gone astray after the verification.
      if (next.value.kind === 'visited' && next.value.visit.cell === cells[1]) {
        Object.assign(next.value.visit, { sha256: 'of other weights' })
      }
      next = await events.next()
    }
    expect(next.value.outcomes.map(({ status }) => status)).toEqual(['ok', 'mismatch', 'ok'])
  })
})

describe('a group whose events cannot be written', () => {
  const full = new Error('the disk is full')

  it('ends with what it has measured, and with the reason', async () => {
    const events = run()
    await take(events, 'visited', cells.length)
    const { done, value } = await events.throw(full)
    expect(done).toBe(true)
    expect(value).toMatchObject({ failure: full })
    if (!('outcomes' in value)) throw new Error('no result')
    expect(value.outcomes.map(({ cell, visits, summary }) => [cell, visits.length, summary?.samples])).toEqual(
      cells.map((cell) => [cell, 1, EFFORT.steps]),
    )
  })

  it.each(['limits', 'verified', 'predicted'] as const)('ends without times after "%s"', async (kind) => {
    const events = run()
    await take(events, kind)
    const { value } = await events.throw(full)
    expect(value).toMatchObject({ failure: full })
    if (!('outcomes' in value)) throw new Error('no result')
    const verified = kind === 'limits' ? [] : cells
    expect(value.outcomes.map(({ cell, visits }) => [cell, visits])).toEqual(verified.map((cell) => [cell, []]))
  })

  it('fails before it has begun', async () => {
    const events = run()
    await take(events, 'planned')
    await expect(events.throw(full)).rejects.toBe(full)
  })
})

describe('a group that the user interrupts', () => {
  it('ends with what it has measured, and the reason of the interrupt', async () => {
    const controller = new AbortController()
    const events = run(NOTHING, controller.signal)
    const { taken } = await take(events, 'visited', 2)
    const reason = new Error('interrupted')
    controller.abort(reason)
    const { taken: rest, result } = await take(events)
    expect(result!.failure).toBe(reason)
    expect(rest).toEqual([])
    const counts = cells.map((cell) => visitsIn(taken).filter((visit) => visit.cell === cell).length)
    expect(result!.outcomes.map(({ visits }) => visits.length)).toEqual(counts)
  })

  it('measures nothing where that happened before', async () => {
    const reason = new Error('interrupted')
    const { taken, result } = await take(run(NOTHING, AbortSignal.abort(reason)))
    expect(taken.map(({ kind }) => kind)).toEqual(['planned'])
    expect(result).toMatchObject({ failure: reason, outcomes: [] })
  })
})
