import { EXECUTION, type Cell } from '../src/cells/cell.ts'
import { chooseCells, createCell, type CellOptions } from '../src/cells/choose.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import type { MeasureEvent } from '../src/measure/events.ts'
import { expectedStepNs, forecast } from '../src/measure/group.ts'
import { growthExponent, measureGrowth, type GrowthPoint } from '../src/measure/growth.ts'
import type { Prediction } from '../src/measure/prediction/predict.ts'
import { predictionError } from '../src/measure/prediction/error.ts'
import { openSession } from '../src/measure/session.ts'
import { median, sum } from '../src/measure/statistics.ts'
import { layerCount } from '../src/model/shape.ts'
import { degreesOf } from '../src/plan/modes.ts'
import { formatDuration } from '../src/report/text/format.ts'
import type { Graded } from '../src/report/text/predictions.ts'
import { ONE_WAY } from './options/run-options.ts'
import type { Aside, Context, ExperimentKind } from './run/experiment.ts'

const BATCHES = [10, 100, 1000]
const PARTS = [1, 2, 4, 8]
/** A model with a layer for each of the most parts. */
const HIDDEN_LAYERS = 7
/** Everything is repeated, for an interval. */
const REPETITIONS = { usual: 5, quick: 2 }
/** For the instructions of all cells together. */
const CALIBRATION_MS = 3000
/** Steps that take long run for fewer batches. */
const LONGEST_MS = 4000
/** Warm-up of a cell before each repetition, about. */
const WARM_UP_S = 0.6

/**
 * Growth: is training O(n) in the number of batches, and what do more model parts cost?
 * Varies: batches in a row (10, 100, 1000); parts of the model (1, 2, 4, 8, one thread each). Fixed: model, batch, seed,
 * kernel.
 */
export const growth: ExperimentKind = {
  name: 'growth',
  summary: 'time against batches, and against model parts: is it linear?',
  takes: ['wait', 'pin', 'kernel', 'layers', 'model', 'activation', 'loss', 'optimizer', 'learningRate', 'batch', 'microbatches', 'dataset', 'label', 'seed'], // prettier-ignore
  examples: ['growth', 'growth --layers 784-128-128-128-10 --batch 32'],
  build(options, data, cores) {
    const model = data.model(Array<number>(HIDDEN_LAYERS).fill(HIDDEN_WIDTHS.scaling[0]))
    const splits: CellOptions = { ...options, ...ONE_WAY, modes: ['data', 'pipeline'], table: undefined }
    const { cells, serial, skipped } = chooseCells(splits, model, [Math.max(2, cores)])
    const parts = PARTS.filter((count) => count <= layerCount(model)).map((count) => {
      const grid = { ...serial.grid, ...degreesOf('layer', count) }
      return createCell({ mode: 'layer', grid, ...EXECUTION }, serial.hyper)
    })
    const points: GrowthPoint[] = []
    const repetitions = options.quick ? REPETITIONS.quick : REPETITIONS.usual
    return {
      groups: [],
      skipped,
      beside: (context) => measure(context, cells, parts, repetitions, points),
      besideSeconds: (gflops) => {
        const trained = cells.flatMap((cell) =>
          BATCHES.map((count) => count * expectedStepNs(cell, gflops, cores)).filter((ns) => ns < LONGEST_MS * 1e6),
        )
        const warmUp = WARM_UP_S * (cells.length + parts.length)
        return 2 * (CALIBRATION_MS / 1000) + repetitions * (sum(trained) / 1e9 + warmUp)
      },
      conclude: () => [
        ...cells.map((cell) => exponentSentence(cell, points, options.seed)),
        partsSentence(points, cores),
      ],
    }
  },
}

async function* measure(
  context: Context,
  cells: readonly Cell[],
  parts: readonly Cell[],
  repetitions: number,
  points: GrowthPoint[],
): AsyncGenerator<MeasureEvent, Aside> {
  const { options, data, kernel, cores, signal } = context
  const { seed, pin } = options
  const all = [...cells, ...parts.filter((cell) => !cells.includes(cell))]
  const { model, batch } = all[0].plan
  const batches = data.batches(model, batch)
  const session = await openSession({ cells: all, batches: batches.count, seed, cores, kernel, pin, signal })
  let predictions: Map<Cell, Prediction>
  try {
    session.load(batches)
    const known = { predictions: context.predicted(all) }
    predictions = yield* forecast(session, all, known, cores, CALIBRATION_MS)
    for (const [measured, variable, counts] of [
      [cells, 'batches', BATCHES],
      [parts, 'parts', BATCHES.slice(0, 1)],
    ] as const) {
      for await (const point of measureGrowth(session, measured, variable, counts, repetitions, LONGEST_MS)) {
        points.push(point)
        yield { kind: 'grown', point }
      }
    }
  } finally {
    await session.close()
  }
  const graded = all.flatMap((cell) => {
    const prediction = predictions.get(cell)
    return prediction && cell.plan.programs.length <= cores ? [grade(cell, prediction, points)] : []
  })
  return { lines: pointLines(points), graded }
}

/** The fastest repetition of each cell and count. */
function pointLines(points: readonly GrowthPoint[]): string[] {
  const best = new Map<string, number>()
  for (const { cell, variable, value, wallNs } of points) {
    const key = `${variable.padEnd(8)} ${String(value).padStart(5)}  ${cell.name.padEnd(20)}`
    best.set(key, Math.min(best.get(key) ?? Infinity, wallNs))
  }
  return [...best].map(([key, ns]) => `${key} ${formatDuration(ns)}`)
}

/** Over all steps of a cell, whatever the number in a row. */
function grade(cell: Cell, prediction: Prediction, points: readonly GrowthPoint[]): Graded {
  const spent = points.filter((point) => point.cell === cell).map((point) => point.spent)
  const step = median(spent.flatMap(({ stepNs }) => stepNs))
  return { name: `growth, ${cell.name}`, plan: cell.plan, error: predictionError(prediction, step, spent) }
}

function exponentSentence(cell: Cell, points: readonly GrowthPoint[], seed: number): string {
  const own = points.filter((point) => point.variable === 'batches' && point.cell === cell)
  const { exponent, low, high } = growthExponent(own, seed)
  const order = low <= 1 && high >= 1 ? 'O(n)' : high < 1 ? 'less than O(n)' : 'more than O(n)'
  return `${cell.name}: time grows with the number of batches to the power ${exponent.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}], which is ${order}.`
}

function partsSentence(points: readonly GrowthPoint[], cores: number): string {
  const parts = points.filter(({ variable }) => variable === 'parts')
  const best = (value: number) => Math.min(...parts.filter((point) => point.value === value).map((each) => each.wallNs))
  const counts = [...new Set(parts.map(({ value }) => value))]
  const ratios = counts.map((count) => `${count}: ${(best(count) / best(1)).toFixed(2)}`)
  return `Time of one batch through more model parts, relative to one part: ${ratios.join(', ')}. The work is the same; more parts than the ${cores} cores share them.`
}
