import type { KernelChoice } from '../kernels/kernel.ts'
import { measureLimits, type LimitsTogether } from './alone.ts'
import { runBlocks, type Blocks, type Visit } from './blocks.ts'
import { againOf, type Cell } from '../cells/cell.ts'
import { noiseFloor } from './noise.ts'
import type { Prediction } from './prediction/predict.ts'
import { openSession } from './session.ts'
import { median } from './statistics.ts'
import { speedupIsWithin } from './summary.ts'
import { verifyCells } from './verify-cells.ts'
import type { Verdict } from './verify.ts'
import { stepFlop } from '../model/shape.ts'
import { idealBubble } from '../simulate/bubble.ts'
import { appendRows } from '../report/folder/csv.ts'
import {
  blockRow,
  BLOCKS_COLUMNS,
  LEDGER_COLUMNS,
  ledgerRows,
  MEMORY_COLUMNS,
  memoryRows,
  SAMPLES_COLUMNS,
  sampleRows,
  type RunIdentity,
} from '../report/rows/files.ts'
import { appendVisit, readVisits } from '../report/folder/journal.ts'
import { formatDuration } from '../report/text/format.ts'
import { rotatingBatches } from '../../bench/run/data.ts'
import type { Group, GroupResult } from '../../bench/run/experiment.ts'
import { forecast } from '../../bench/run/forecast.ts'
import { withSession } from '../../bench/run/interrupt.ts'
import type { ScalingOptions } from '../../bench/options.ts'
import { judge } from './outcome.ts'
import type { Run } from '../../bench/run/run.ts'

/** Steps that every cell trains before it is timed, to be compared with serial. */
const VERIFIED_STEPS = 3
/** Enough blocks for an interval, and no end of them only because cells are fast. */
const BLOCKS = { fewest: 5, most: 200 }
/** A visit takes this long at most and at least, in milliseconds, as far as the budget allows. */
const VISIT_MS = { longest: 400, shortest: 30 }
const QUICK_VISIT_MS = 25
/** Of what the blocks take, for single instructions before the first of them. */
const CALIBRATION_SHARE = 0.1
/** Of a visit's time: warm-up and fresh weights come on top of the measured steps. */
const VISIT_OVERHEAD = 1.4

/** How a group's blocks are run: as many as were asked for, or until they are precise or the budget is spent. */
export function blocksOf(options: ScalingOptions, cells: number, precise: Blocks['precise']): Blocks {
  const { seed, steps, blocks, quick, budget } = options
  const share = (budget * 1000) / (BLOCKS.fewest * cells * VISIT_OVERHEAD)
  const visitMs = quick ? QUICK_VISIT_MS : Math.min(VISIT_MS.longest, Math.max(VISIT_MS.shortest, share))
  return {
    seed,
    steps,
    visitMs,
    fewest: blocks ?? BLOCKS.fewest,
    most: blocks ?? BLOCKS.most,
    budgetSeconds: blocks === undefined ? budget : Infinity,
    precise: blocks === undefined ? precise : () => false,
  }
}

/** How long a number of cells take, at most, if their steps are not longer than a visit. */
const lengthMs = ({ budgetSeconds, most, visitMs }: Blocks, cells: number): number =>
  budgetSeconds === Infinity ? most * cells * visitMs * VISIT_OVERHEAD : budgetSeconds * 1000

/** Verifies, times and judges the cells of a group, and writes what is measured as it comes. */
export async function runGroup(
  begun: Run,
  run: RunIdentity,
  number: number,
  group: Group,
  options: ScalingOptions,
  choice: KernelChoice,
  cores: number,
): Promise<GroupResult> {
  const { folder } = begun
  const [serial] = group.cells
  const again = againOf(serial)
  const cells = [...group.cells, again]
  const { seed, precision } = options
  const { model, batch } = serial.plan
  const { batches } = rotatingBatches({ ...options, layers: model.widths, batch })

  const journal = folder.file('visits.jsonl')
  const earlier = readVisits(journal, run.experiment, number, cells)
  const visits: Visit[] = [...earlier]
  let limits: LimitsTogether[] = []
  let verdicts = new Map<Cell, Verdict>()
  let predictions = new Map<Cell, Prediction>()

  appendRows(
    folder.file('memory.csv'),
    MEMORY_COLUMNS,
    group.cells.flatMap((cell) => memoryRows(run, cell)),
  )
  const write = (visit: Visit) => {
    const status = visit.cell.plan.programs.length > cores ? 'oversubscribed' : 'ok'
    appendRows(
      folder.file('samples.csv'),
      SAMPLES_COLUMNS,
      sampleRows(run, visit, visit.finite ? status : 'not-finite'),
    )
    appendRows(folder.file('blocks.csv'), BLOCKS_COLUMNS, [blockRow(run, visit)])
    appendRows(folder.file('ledger.csv'), LEDGER_COLUMNS, ledgerRows(run, visit))
  }
  for (const visit of earlier) write(visit)

  const session = await openSession({
    cells,
    batches: batches.count,
    seed,
    cores,
    kernel: choice,
    pin: options.pin,
  })
  if (session.unpinned !== undefined) console.log(`warning: --pin: ${session.unpinned}`)
  let failure: unknown
  await withSession(session, async () => {
    limits = await measureLimits(session, countsTogether(cells, cores))
    verdicts = await verifyCells(session, cells, serial, batches, VERIFIED_STEPS)
    const sound = cells.filter((cell) => verdicts.get(cell)?.match !== 'different')
    for (const cell of cells.filter((each) => !sound.includes(each))) {
      console.log(`${cell.name}: not timed, its weights differ from serial's`)
    }
    const precise = (all: readonly Visit[]) =>
      sound.every((cell) => cell === serial || speedupIsWithin(precision, all, cell, serial, seed))
    const blocks = blocksOf(options, sound.length, precise)
    predictions = await forecast(
      folder,
      run,
      session,
      sound,
      cores,
      CALIBRATION_SHARE * lengthMs(blocks, sound.length),
    )
    const start = performance.now()
    let done = 0
    await runBlocks(session, sound, blocks, earlier, (visit) => {
      // The journal is the last to be written: what stands there is in the other files, too.
      write(visit)
      appendVisit(journal, run.experiment, number, visit)
      visits.push(visit)
      done++
      const step = formatDuration(median(visit.stepNs.slice(visit.warmUp)))
      const left = leftOf(blocks, performance.now() - start, done, visits.length, sound.length)
      const count = String(((done - 1) % sound.length) + 1).padStart(String(sound.length).length)
      console.log(
        `block ${String(visit.block + 1).padStart(2)}  ${count}/${sound.length}  ` +
          `${visit.cell.name.padEnd(26)} ${step.padStart(9)} a step  (${left})`,
      )
    })
  }).catch((error: unknown) => {
    // What was measured is summed up even if a rank has failed or the user has had enough.
    failure = error
  })
  const of = (cell: Cell) => visits.filter((visit) => visit.cell === cell)
  const floor = noiseFloor(of(serial), of(again), seed)
  const outcomes = judge({ cells, visits, verdicts, predictions, limits, floor, cores, seed })
  return { group, outcomes, floor, limits, ...(failure === undefined ? {} : { failure }) }
}

/** A step's flop at the speed of one kernel per core, and what the plan leaves idle: no overhead of any kind. */
export function expectedStepNs({ plan }: Cell, rate: number, cores: number): number {
  const busy = plan.programs.length * (1 - idealBubble(plan))
  return stepFlop(plan.model, plan.batch) / (rate * Math.min(busy, cores))
}

/** 1, and the thread counts of the cells as far as there are cores for them. */
function countsTogether(cells: readonly Cell[], cores: number): number[] {
  const counts = cells.map(({ plan }) => Math.min(plan.programs.length, cores))
  return [...new Set([1, ...counts])].sort((a, b) => a - b)
}

/** How long the blocks still take: until all that were asked for are there, or at most until the budget is spent. */
function leftOf(blocks: Blocks, elapsedMs: number, done: number, all: number, cells: number): string {
  const left =
    blocks.budgetSeconds === Infinity
      ? (elapsedMs / done) * (blocks.most * cells - all)
      : Math.max(0, blocks.budgetSeconds * 1000 - elapsedMs)
  return `${blocks.budgetSeconds === Infinity ? '' : 'at most '}${formatDuration(left * 1e6)} left`
}
