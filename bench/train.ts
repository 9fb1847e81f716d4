import { createKernel } from '../src/kernels/choose.ts'
import type { Cell } from '../src/cells/cell.ts'
import { openSession } from '../src/measure/session.ts'
import { trainCell, type Epoch } from '../src/measure/train.ts'
import { DataError } from '../src/model/data/dataset.ts'
import { loadDataSet } from '../src/model/data/load.ts'
import { scaleFeatures, splitDataSet } from '../src/model/data/split.ts'
import { evaluationFloats } from '../src/model/evaluate.ts'
import { appendRows } from '../src/report/folder/csv.ts'
import { trainingRow, TRAINING_COLUMNS, type Status } from '../src/report/rows/files.ts'
import { formatDuration } from '../src/report/text/format.ts'
import { trainingTable } from '../src/report/text/table.ts'
import { chooseCells } from '../src/cells/choose.ts'
import { withSession } from './run/interrupt.ts'
import { announceKernel } from './run/kernel.ts'
import { chooseModel } from './run/model.ts'
import { HIDDEN_WIDTHS, type TrainOptions } from './options.ts'
import { beginRun, identityOf } from './run/run.ts'

/**
 * Learning: the plans and ranks that are measured, on data, until they know it.
 * Varies: mode, schedule, reduction, threads. Fixed: model, data, order of the samples, seed, kernel.
 */
const EXPERIMENT = 'train'

/** Runs the experiment; false if some cell ended with weights that are not finite. */
export async function runTrain(options: TrainOptions, cores: number): Promise<boolean> {
  const { batch, epochs, seed } = options
  const loaded = loadDataSet(options.dataset, {
    seed,
    label: options.label,
    columns: options.layers?.[0],
    classes: options.layers?.at(-1),
  })
  const split = splitDataSet(loaded, options.heldOut, seed)
  const { training, heldOut } = scaleFeatures(split.training, split.heldOut)
  if (training.rows < batch) {
    throw new DataError(
      `--batch ${batch}: expected at most ${training.rows}, the training rows of ${loaded.name}`,
    )
  }
  const model = chooseModel(options, HIDDEN_WIDTHS.train, loaded)
  const chosen = chooseCells(options, model, options.threads ?? [cores])
  const cells = chosen.cells.filter((cell) => options.modes.includes(cell.mode))
  for (const { mode, threads, reason } of chosen.skipped) {
    console.log(`skipped: ${mode} on ${threads} threads: ${reason}`)
  }
  console.log(
    `${EXPERIMENT}: ${model.widths.join('-')}, batch ${batch}, ${loaded.name}: ${training.rows} rows to train on, ` +
      `${heldOut.rows} held out, Node ${process.versions.node}`,
  )

  const { choice } = announceKernel(options.kernel)
  const begun = await beginRun(options.out, EXPERIMENT)
  const { folder } = begun
  const run = identityOf(begun, EXPERIMENT, choice, seed)
  const session = await openSession({
    cells,
    batches: Math.floor(training.rows / batch),
    seed,
    cores,
    kernel: choice,
    spareFloats: evaluationFloats(model),
  })
  const kernel = createKernel(choice)(session.memory, session.spare.from)
  const courses = new Map<Cell, Epoch[]>()
  const statusOf = (cell: Cell, { loss }: Epoch): Status => {
    if (!Number.isFinite(loss)) return 'not-finite'
    return cell.plan.programs.length > cores ? 'oversubscribed' : 'ok'
  }
  await withSession(session, async () => {
    for (const cell of cells) {
      const course: Epoch[] = []
      courses.set(cell, course)
      await trainCell(session, cell, training, heldOut, kernel, { epochs, seed }, (epoch) => {
        course.push(epoch)
        appendRows(folder.file('training.csv'), TRAINING_COLUMNS, [
          trainingRow(run, cell, epoch, statusOf(cell, epoch)),
        ])
        console.log(
          `${cell.name.padEnd(20)} epoch ${String(epoch.epoch).padStart(String(epochs).length)}/${epochs}` +
            `  loss ${epoch.loss.toFixed(4)}  held-out accuracy ${(100 * epoch.heldOutAccuracy).toFixed(2)} %` +
            `  after ${formatDuration(epoch.elapsedNs)}`,
        )
      })
    }
  })
  begun.describeMachine()
  folder.release()
  console.log(trainingTable(courses))
  for (const name of ['training.csv', 'machine.json']) console.log(folder.file(name))
  return [...courses].every(([cell, course]) =>
    course.every((epoch) => statusOf(cell, epoch) !== 'not-finite'),
  )
}
