import { EXECUTION, type Cell } from '../src/cells/cell.ts'
import { chooseCells, createCell, type CellOptions } from '../src/cells/choose.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import { expectedStepNs, VERIFIED_STEPS } from '../src/measure/effort.ts'
import type { MeasureEvent } from '../src/measure/events.ts'
import { growthOf } from '../src/measure/growth-fit.ts'
import {
  countsWithin,
  measureBatches,
  measureParts,
  USUAL_COUNTS,
  warmUp,
  type GrowthPoint,
} from '../src/measure/growth.ts'
import { forecast } from '../src/measure/group.ts'
import { predictionError } from '../src/measure/prediction/error.ts'
import { openSession, type Session } from '../src/measure/session.ts'
import { groupBy, median, sum } from '../src/measure/statistics.ts'
import { verifyCells } from '../src/measure/verify.ts'
import { layerCount, type Model } from '../src/model/shape.ts'
import { degreesOf } from '../src/plan/modes.ts'
import { formatDuration } from '../src/report/text/format.ts'
import type { Graded } from '../src/report/text/predictions.ts'
import { countsSentences, growthSentence, partsSentence } from '../src/report/text/growth.ts'
import { ONE_WAY } from './options/run-options.ts'
import type { Aside, Context, ExperimentKind } from './run/experiment.ts'

const PARTS = [1, 2, 4, 8]
const NOUNS = { batches: { one: 'batch', many: 'batches' }, parts: { one: 'part', many: 'parts' } }
/** A model with a layer for each of the most parts. */
const HIDDEN_LAYERS = 7
/** A part of the model that grows is much more work than handing over. */
const LAYERS_OF_A_PART = 8
/** Its first layer needs no gradient of its input. So a narrow one stands before the parts, which then are equal. */
const INPUT_SHARE = 1 / 16
/** Everything is repeated in a session of its own, for an interval. */
const REPETITIONS = { usual: 5, quick: 2 }
/** For the instructions of all cells together, in each repetition. */
const CALIBRATION_MS = 400
/** Longer counts of batches are replaced by smaller ones. */
const LONGEST_MS = 2000
/** What a session and the warm-up of a cell take, about. */
const SESSION_S = 0.6
const WARM_UP_S = 0.4

interface Subjects {
  /** Trained over batches; serial comes first. */
  readonly cells: readonly Cell[]
  /** The same model in more and more parts. */
  readonly parts: readonly Cell[]
  /** A model for each number of parts: serial, and a layer cell. */
  readonly growing: readonly (readonly [serial: Cell, layer: Cell])[]
}

/** What the experiment has found so far. */
interface Found {
  counts: readonly number[]
  readonly points: GrowthPoint[]
}

/**
 * Growth: is training O(n) in the number of batches, and what do more model parts cost?
 * Varies: batches in a row (10, 100, 1000); parts (1, 2, 4, 8, one thread each) of one model, and of a model that grows
 * with them. Fixed: batch, seed, kernel.
 */
export const growth: ExperimentKind = {
  name: 'growth',
  summary: 'time against batches, and against model parts: is it linear?',
  takes: ['wait', 'pin', 'kernel', 'layers', 'model', 'activation', 'loss', 'optimizer', 'learningRate', 'batch', 'microbatches', 'dataset', 'label', 'seed'], // prettier-ignore
  examples: ['growth', 'growth --layers 784-128-128-128-10 --batch 32'],
  build(options, data, cores) {
    const model = data.model(Array<number>(HIDDEN_LAYERS).fill(HIDDEN_WIDTHS.scaling[0]))
    const splits: CellOptions = { ...options, ...ONE_WAY, modes: ['data', 'layer', 'pipeline'], table: undefined }
    const threads = Math.max(2, Math.min(cores, layerCount(model)))
    const { cells, serial, skipped } = chooseCells(splits, model, [threads])
    const parts = PARTS.filter((count) => count <= layerCount(model)).map(
      (count) => cells.find(({ mode, grid }) => mode === 'layer' && grid.pp === count) ?? cutInto(count, serial, model),
    )
    const isSynthetic = options.dataset === 'synthetic'
    const growing = isSynthetic ? PARTS.map((count) => grownTo(count, serial)) : []
    const subjects = { cells, parts, growing }
    const found: Found = { counts: [], points: [] }
    const effort = options.quick ? 'quick' : 'usual'
    return {
      groups: [],
      skipped: isSynthetic ? skipped : [...skipped, OTHER_DATA],
      beside: (context) => measure(context, subjects, effort, found),
      besideSeconds: (gflops) => {
        const stepMs = cells.map((cell) => expectedStepNs(cell, gflops, cores) / 1e6)
        const trained = (sum(countsWithin(Math.max(...stepMs), LONGEST_MS)) * sum(stepMs)) / 1000
        const started = SESSION_S * (1 + growing.length) + WARM_UP_S * (cells.length + parts.length + growing.length)
        return REPETITIONS[effort] * (CALIBRATION_MS / 1000 + started + trained)
      },
      conclude: () => sentences(subjects, found, cores),
    }
  },
}

const OTHER_DATA = {
  what: 'a model that grows with its parts',
  reason: 'only synthetic data fits its layers',
}

const cutInto = (count: number, { grid, hyper }: Cell, model: Model): Cell =>
  createCell({ mode: 'layer', grid: { ...grid, model, ...degreesOf('layer', count) }, ...EXECUTION }, hyper)

/** As many equal parts, as wide as the first hidden layer of another model. */
function grownTo(count: number, like: Cell): readonly [Cell, Cell] {
  const { model } = like.plan
  const width = Math.min(model.widths[1], HIDDEN_WIDTHS.scaling[0])
  const widths = [Math.ceil(INPUT_SHARE * width), ...Array<number>(count * LAYERS_OF_A_PART + 1).fill(width)]
  const grown = { ...model, widths }
  const serial = createCell({ mode: 'serial', grid: { ...like.grid, model: grown }, ...EXECUTION }, like.hyper)
  return [serial, cutInto(count, serial, grown)]
}

async function* measure(
  context: Context,
  { cells, parts, growing }: Subjects,
  effort: keyof typeof REPETITIONS,
  found: Found,
): AsyncGenerator<MeasureEvent, Aside> {
  const { options, cores } = context
  const all = [...new Set([...cells, ...parts])]
  const forecasts = context.forecasts(all)
  for (let repetition = 0; repetition < REPETITIONS[effort]; repetition++) {
    yield* inSession(context, found, all, async function* (session, isSound) {
      const [sound, whole] = [cells.filter(isSound), parts.filter(isSound)]
      const calibration = { cores, budgetMs: CALIBRATION_MS }
      forecasts.push(...(yield* forecast(session, all.filter(isSound), repetition, forecasts, calibration)))
      if (repetition === 0) found.counts = countsWithin(await slowestStepMs(session, sound), LONGEST_MS)
      yield* noted(measureBatches(session, sound, found.counts, repetition, options.seed), found)
      yield* noted(measureParts(session, whole, 'parts', repetition), found)
    })
    for (const [serial, layer] of growing) {
      yield* inSession(context, found, [serial, layer], async function* (session, isSound) {
        yield* noted(measureParts(session, [layer].filter(isSound), 'model', repetition), found)
      })
    }
  }
  const graded = all.flatMap((cell): Graded[] => {
    const runs = found.points.filter((point) => point.cell === cell).flatMap((point) => point.runs)
    const error = predictionError(
      forecasts.filter((other) => other.cell === cell),
      runs,
    )
    return error && cell.plan.programs.length <= cores ? [{ name: `growth, ${cell.name}`, plan: cell.plan, error }] : []
  })
  return { lines: pointLines(found.points), graded }
}

/** Opens a session and compares the weights of its cells with serial's, before some of them are measured. */
async function* inSession(
  { options, data, kernel, cores, signal }: Context,
  found: Found,
  cells: readonly Cell[],
  measured: (session: Session, isSound: (cell: Cell) => boolean) => AsyncGenerator<MeasureEvent, void>,
): AsyncGenerator<MeasureEvent, void> {
  const { seed, pin } = options
  const [serial] = cells
  const batches = data.batches(serial.plan.model, serial.plan.batch)
  const session = await openSession({ cells, batches: batches.count, seed, cores, kernel, pin, signal })
  try {
    const isFirst = found.points.length === 0
    if (isFirst && session.unpinned !== undefined) yield { kind: 'warned', message: `--pin: ${session.unpinned}` }
    const verdicts = await verifyCells(session, cells, serial, batches, VERIFIED_STEPS)
    const isSound = (cell: Cell) => verdicts.get(cell)?.match !== 'different'
    if (!cells.every(isSound)) yield { kind: 'verified', verdicts }
    yield* measured(session, isSound)
  } finally {
    await session.close()
  }
}

async function* noted(points: AsyncIterable<GrowthPoint>, found: Found): AsyncGenerator<MeasureEvent, void> {
  for await (const point of points) {
    found.points.push(point)
    yield { kind: 'grown', point }
  }
}

async function slowestStepMs(session: Session, cells: readonly Cell[]): Promise<number> {
  let slowest = 0
  for (const cell of cells) slowest = Math.max(slowest, (await warmUp(session, cell)).stepMs)
  return slowest
}

const lineKeyOf = ({ cell, variable, value }: GrowthPoint): string =>
  `${variable.padEnd(8)} ${String(value).padStart(5)}  ${cell.name.padEnd(20)}`

/** The median repetition of each cell and count. */
function pointLines(points: readonly GrowthPoint[]): string[] {
  return [...groupBy(points, lineKeyOf)].map(
    ([key, of]) => `${key} ${formatDuration(median(of.map(({ wallNs }) => wallNs)))}`,
  )
}

function sentences({ cells, growing }: Subjects, { counts, points }: Found, cores: number): string[] {
  const of = (variable: GrowthPoint['variable']) => points.filter((point) => point.variable === variable)
  const batches = cells.map((cell) =>
    growthSentence(cell.name, NOUNS.batches, growthOf(of('batches').filter((point) => point.cell === cell))),
  )
  return [
    ...countsSentences(counts, USUAL_COUNTS, LONGEST_MS),
    ...batches,
    partsSentence(of('parts'), cores),
    ...(growing.length > 0
      ? [growthSentence('A model that grows with its parts', NOUNS.parts, growthOf(of('model')))]
      : []),
  ]
}
