import type { Context, Experiment } from './run/experiment.ts'
import { createCell, type Cell } from '../src/cells/cell.ts'
import { growthExponent, measureGrowth, type GrowthPoint } from '../src/measure/growth.ts'
import type { Prediction } from '../src/measure/prediction/predict.ts'
import { predictionError } from '../src/measure/prediction/error.ts'
import { openSession } from '../src/measure/session.ts'
import { median } from '../src/measure/statistics.ts'
import { layerCount } from '../src/model/shape.ts'
import { appendRows } from '../src/report/folder/csv.ts'
import { GROWTH_COLUMNS, growthRows } from '../src/report/rows/files.ts'
import { predictionLines, type Graded } from '../src/report/text/predictions.ts'
import { formatDuration } from '../src/report/text/format.ts'
import { chooseCells } from '../src/cells/choose.ts'
import { rotatingBatches } from './run/data.ts'
import { forecast } from './run/forecast.ts'
import { withSession } from './run/interrupt.ts'
import { chooseModel } from './run/model.ts'
import { HIDDEN_WIDTHS, type ScalingOptions } from './options.ts'

const BATCHES = [10, 100, 1000]
const PARTS = [1, 2, 4, 8]
/** A model with a layer for each of the most parts. */
const HIDDEN_LAYERS = 7
/** The whole of it is repeated so often, for an interval. */
const REPETITIONS = 5
/** For the instructions of all cells together. */
const CALIBRATION_MS = 3000
/** Of steps that take long, fewer batches are tried. */
const LONGEST_MS = 4000

/**
 * Growth: is training O(n) in the number of batches, and what do more model parts cost?
 * Varies: batches in a row (10, 100, 1000); parts of the model (1, 2, 4, 8, one thread each). Fixed: model, batch, seed,
 * kernel.
 */
export function growth(options: ScalingOptions, cores: number): Experiment {
  const { set } = rotatingBatches(options)
  const hidden = options.layers ? [] : Array.from({ length: HIDDEN_LAYERS }, () => HIDDEN_WIDTHS.scaling[0])
  const model = chooseModel(options, hidden, set)
  const split = { ...options, schedule: ['1f1b' as const], reduction: ['owner' as const] }
  const threads = Math.max(2, cores)
  const { cells, serial } = chooseCells({ ...split, modes: ['data', 'pipeline'] }, model, [threads])
  const parts = PARTS.filter((count) => count <= layerCount(model)).map((count) =>
    createCell('layer', { ...serial.setting, threads: count }, serial.hyper),
  )
  const points: GrowthPoint[] = []
  return {
    name: 'growth',
    groups: [],
    beside: async (context) => {
      const all = [...cells, ...parts.filter((cell) => !cells.includes(cell))]
      const predictions = await measure(context, all, cells, parts, (point) => points.push(point))
      const graded = all.flatMap((cell) => {
        const prediction = predictions.get(cell)
        return prediction && cell.plan.programs.length <= cores ? [grade(cell, prediction, points)] : []
      })
      const lines = [
        ...new Set(points.map(({ cell, variable, value }) => `${variable} ${cell.name} ${value}`)),
      ].map((key) => {
        const of = points.filter(({ cell, variable, value }) => key === `${variable} ${cell.name} ${value}`)
        const best = Math.min(...of.map(({ wallNs }) => wallNs))
        const [{ cell, variable, value }] = of
        return `${variable.padEnd(8)} ${String(value).padStart(5)}  ${cell.name.padEnd(20)} ${formatDuration(best)}`
      })
      return { lines: [...lines, ...predictionLines(graded)], graded }
    },
    conclude: () => [
      ...cells.map((cell) => {
        const { exponent, low, high } = growthExponent(
          points.filter((point) => point.cell === cell && point.variable === 'batches'),
          options.seed,
        )
        const order =
          low <= 1 && high >= 1
            ? 'which is O(n)'
            : high < 1
              ? 'which is O(n) with a part that is paid only once, such as waking the threads'
              : 'which is more than O(n)'
        return `${cell.name}: time grows with the number of batches to the power ${exponent.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}], ${order}.`
      }),
      partsSentence(
        points.filter(({ variable }) => variable === 'parts'),
        cores,
      ),
    ],
  }
}

/** All its steps, however many were run in a row. */
function grade(cell: Cell, prediction: Prediction, points: readonly GrowthPoint[]): Graded {
  const spent = points.filter((point) => point.cell === cell).map((point) => point.spent)
  const step = median(spent.flatMap(({ stepNs }) => stepNs))
  return { name: `growth, ${cell.name}`, error: predictionError(prediction, step, spent) }
}

function partsSentence(points: readonly GrowthPoint[], cores: number): string {
  const best = (value: number) =>
    Math.min(...points.filter((point) => point.value === value).map(({ wallNs }) => wallNs))
  const counts = [...new Set(points.map(({ value }) => value))]
  const ratios = counts.map((count) => `${count}: ${(best(count) / best(1)).toFixed(2)}`)
  return `One batch through more and more model parts, in times of one part: ${ratios.join(', ')}; the work is the same, and parts beyond the ${cores} cores share them.`
}

async function measure(
  { run, begun, options, choice, cores }: Context,
  all: readonly Cell[],
  cells: readonly Cell[],
  parts: readonly Cell[],
  done: (point: GrowthPoint) => void,
): Promise<Map<Cell, Prediction>> {
  const { seed } = options
  const { model, batch } = all[0].plan
  const { batches } = rotatingBatches({ ...options, layers: model.widths, batch })
  const session = await openSession({ cells: all, batches: batches.count, seed, cores, kernel: choice })
  let predictions = new Map<Cell, Prediction>()
  const keep = (point: GrowthPoint) => {
    done(point)
    appendRows(begun.folder.file('growth.csv'), GROWTH_COLUMNS, growthRows(run, point))
  }
  await withSession(session, async () => {
    session.load(batches)
    predictions = await forecast(begun.folder, run, session, all, cores, CALIBRATION_MS)
    const repetitions = options.quick ? 2 : REPETITIONS
    await measureGrowth(session, cells, 'batches', BATCHES, repetitions, LONGEST_MS, keep)
    await measureGrowth(session, parts, 'parts', [BATCHES[0]], repetitions, LONGEST_MS, keep)
  })
  return predictions
}
