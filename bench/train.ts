import { createKernel } from '../src/kernels/choose.ts'
import type { Cell } from '../src/cells/cell.ts'
import { chooseCells } from '../src/cells/choose.ts'
import { DIMENSIONS, type DimensionName } from '../src/cells/dimensions.ts'
import { option, positiveNumber, wholeNumber } from '../src/cells/values.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import { openSession } from '../src/measure/session.ts'
import { trainCell, type Epoch } from '../src/measure/train.ts'
import { DataError } from '../src/model/data/dataset.ts'
import { loadDataSet } from '../src/model/data/load.ts'
import { scaleFeatures, splitDataSet } from '../src/model/data/split.ts'
import { evaluationFloats } from '../src/model/evaluate.ts'
import { appendTo } from '../src/report/rows/index.ts'
import { courseHeading, epochLine, trainingLegend, trainingTable } from '../src/report/text/training.ts'
import { sentenceLines } from '../src/report/text/wrap.ts'
import { command } from './options/command.ts'
import { MEMORY_PER_RANK, OUT } from './options/run-options.ts'
import { settle } from './options/settle.ts'
import { fitting, nameOf } from './run/data.ts'
import { interruptible } from './run/interrupt.ts'
import { announceKernel, beginRun, factsOf, trainedStatus } from './run/run.ts'
import { openTerminal } from './run/terminal.ts'

const NAME = 'train'
const TRAIN_OPTIONS = {
  ...MEMORY_PER_RANK,
  epochs: option('--epochs <count>', 'passes over the training part of the data', wholeNumber(1, 1_000_000), 20),
  repeats: option('--repeats <count>', 'trainings, each with another order of samples', wholeNumber(1, 1000), 3),
  heldOut: option('--held-out <share>', 'share of the data that is kept from training', positiveNumber(1), 0.2),
  ...OUT,
}

/**
 * Learning: the plans and ranks that are measured, on data, until they know it.
 * Varies: mode, schedule, reduction, threads; the order of the samples from repeat to repeat, not from cell to cell.
 * Fixed: model, data, seed, kernel.
 */
export const train = command({
  name: NAME,
  summary: 'learn from data in any mode, with the plans that are measured',
  takes: (Object.keys(DIMENSIONS) as DimensionName[]).filter((name) => name !== 'pin'),
  own: TRAIN_OPTIONS,
  overrides: {
    modes: { default: 'serial' },
    threads: { help: 'thread counts (default: 1 for serial, else the cores)' },
    layers: {
      help: `widths of the model, inputs first (default: inputs of the data, ${HIDDEN_WIDTHS.train.join('-')}, its classes)`,
    },
    batch: { default: '32' },
    microbatches: { default: '4' },
    schedule: { default: 'gpipe,1f1b' },
    reduction: { default: 'direct' },
  },
  examples: [
    'train',
    'train --dataset digits.csv.gz --modes data --epochs 20',
    'train --dataset points.csv --label class --modes all',
  ],
  settle: (values, given) => settle(values, HIDDEN_WIDTHS.train, given),
  async run(options, { cores, words }) {
    const { batch, epochs, repeats, seed, activation, loss } = options
    const { explain } = openTerminal()
    const loaded = loadDataSet(options.dataset, {
      seed,
      label: options.label,
      columns: options.layers?.[0],
      classes: options.layers?.at(-1),
    })
    const split = splitDataSet(loaded, options.heldOut, seed)
    const { training, heldOut } = scaleFeatures(split.training, split.heldOut)
    if (training.rows < batch) {
      throw new DataError(`--batch ${batch}: expected at most ${training.rows}, the training rows of ${loaded.name}`)
    }
    const widths = options.layers ?? [loaded.columns, ...HIDDEN_WIDTHS.train, loaded.classes]
    fitting(widths, loaded)
    const model = { widths, activation, loss }
    const chosen = chooseCells(options, model, options.threads ?? [cores])
    const cells = chosen.cells.filter((cell) => options.modes.includes(cell.mode))
    for (const { what, reason } of chosen.skipped) explain(`skipped: ${what}: ${reason}`)
    explain(
      `${NAME}: ${model.widths.join('-')}, batch ${batch}, ${loaded.name}: ${training.rows} rows to train on, ` +
        `${heldOut.rows} held out, Node ${process.versions.node}`,
    )

    const { choice } = announceKernel(options.kernel, console.log)
    const begun = await beginRun(options.out, NAME, words)
    const { folder } = begun
    const run = factsOf(begun, NAME, choice, options, nameOf(options.dataset))
    const session = await openSession({
      cells,
      batches: Math.floor(training.rows / batch),
      seed,
      cores,
      kernel: choice,
      spareFloats: evaluationFloats(model),
    })
    const kernel = createKernel(choice)(session.memory, session.spare.from)
    const trained = new Map(cells.map((cell): [Cell, Epoch[][]] => [cell, []]))
    const trainOnce = async (cell: Cell, repeat: number) => {
      const course: Epoch[] = []
      trained.get(cell)!.push(course)
      console.log(courseHeading(cell, repeat, repeats))
      await trainCell(session, cell, training, heldOut, kernel, { epochs, seed, repeat }, (epoch) => {
        course.push(epoch)
        const status = trainedStatus(cell, Number.isFinite(epoch.loss), cores)
        appendTo(folder, 'training.csv', [{ run, cell, repeat, epoch, status }])
        console.log(epochLine(epoch, epochs))
      })
    }
    await interruptible(async (signal) => {
      signal.addEventListener('abort', () => void session.close(), { once: true })
      // The cells take turns, so that what disturbs the machine for a while meets all of them.
      for (let repeat = 0; repeat < repeats; repeat++) {
        for (const cell of cells) await trainOnce(cell, repeat)
      }
    }).finally(async () => {
      await session.close()
      begun.describeMachine()
      folder.release()
    })
    console.log(trainingTable(trained))
    for (const line of sentenceLines([trainingLegend(repeats)])) console.log(line)
    for (const name of ['training.csv', 'machine.json']) console.log(folder.file(name))
    return [...trained.values()].flat(2).every((epoch) => Number.isFinite(epoch.loss))
  },
})
