import { runBlocks, type Visit, type VisitSteps } from '../src/measure/blocks.ts'
import { measureLimits, type LimitsTogether } from '../src/measure/alone.ts'
import type { Cell } from '../src/measure/cell.ts'
import { openSession } from '../src/measure/session.ts'
import { median } from '../src/measure/statistics.ts'
import { summarise } from '../src/measure/summary.ts'
import type { Verdict } from '../src/measure/verify.ts'
import { verifyCells } from '../src/measure/verify-cells.ts'
import { stepFlop } from '../src/model/shape.ts'
import { idealBubble } from '../src/simulate/bubble.ts'
import { appendRows } from '../src/report/csv.ts'
import {
  LEDGER_COLUMNS,
  ledgerRows,
  MEMORY_COLUMNS,
  memoryRows,
  SAMPLES_COLUMNS,
  sampleRows,
  SUMMARY_COLUMNS,
  summaryRow,
  type RunIdentity,
  type Status,
} from '../src/report/files.ts'
import { writeJson, type RunFolder } from '../src/report/run-folder.ts'
import { formatDuration, scalingTable, type TableRow } from '../src/report/table.ts'
import { traceStep } from '../src/report/trace.ts'
import { chooseCells, defaultThreads } from './cells.ts'
import { rotatingBatches } from './data.ts'
import { withSession } from './interrupt.ts'
import { announceKernel } from './kernel.ts'
import { chooseModel } from './model.ts'
import { HIDDEN_WIDTHS, type ScalingOptions } from './options.ts'
import { beginRun, identityOf } from './run.ts'

/**
 * Strong scaling: the same training step, split in every mode over more and more threads.
 * Varies: mode, schedule, reduction, threads. Fixed: model, batch, data, seed, kernel.
 */
const EXPERIMENT = 'scaling'

/** Steps that every cell trains before it is timed, to be compared with serial. */
const VERIFIED_STEPS = 3
/** How long one visit of a cell should last, and between how many steps: enough for its median to mean something. */
const VISIT = { milliseconds: 500, fewest: 5, most: 1000 }
const QUICK_VISIT = { milliseconds: 100, fewest: 3, most: 200 }
/** The first steps of a visit find cold caches and code that is not optimised yet. */
const WARM_UP = { share: 0.2, fewest: 2 }

/** Runs the experiment; false if some cell did not match serial or did not train. */
export async function runScaling(options: ScalingOptions, cores: number): Promise<boolean> {
  const { seed, blocks } = options
  const { set, batches } = rotatingBatches(options)
  const model = chooseModel(options, HIDDEN_WIDTHS.scaling, set)
  const counts = options.threads ?? defaultThreads(cores)
  const { serial, cells, skipped } = chooseCells(options, model, counts)
  for (const { mode, threads, reason } of skipped)
    console.log(`skipped: ${mode} on ${threads} threads: ${reason}`)

  const { choice, gflops: rate } = announceKernel(options.kernel)
  const expected = (cell: Cell) => expectedStepNs(cell, rate, cores)
  const stepsOf = (cell: Cell) => chooseSteps(options, expected(cell))
  const seconds = expectedSeconds(cells, expected, stepsOf, blocks)
  console.log(
    `${EXPERIMENT}: ${model.widths.join('-')}, batch ${options.batch}, ${set.name}, ` +
      `${cores} ${cores === 1 ? 'core' : 'cores'}, Node ${process.versions.node}`,
  )
  console.log(`${cells.length} cells × ${blocks} blocks, about ${formatDuration(seconds * 1e9)}`)
  if (options.dryRun) {
    for (const cell of cells) {
      const { warmUp, measured } = stepsOf(cell)
      console.log(`  ${cell.name}: ${warmUp} + ${measured} steps of about ${formatDuration(expected(cell))}`)
    }
    return true
  }

  const begun = await beginRun(options.out, EXPERIMENT)
  const { folder } = begun
  const run = identityOf(begun, EXPERIMENT, choice, seed)

  appendRows(
    folder.file('memory.csv'),
    MEMORY_COLUMNS,
    cells.flatMap((cell) => memoryRows(run, cell)),
  )
  const session = await openSession({ cells, batches: batches.count, seed, cores, kernel: choice })
  const visits: Visit[] = []
  let limits: LimitsTogether[] = []
  let verdicts = new Map<Cell, Verdict>()
  const statusOf = (cell: Cell): Status => {
    if (verdicts.get(cell)?.match === 'different') return 'mismatch'
    if (visits.some((visit) => visit.cell === cell && !visit.finite)) return 'not-finite'
    return cell.plan.programs.length > cores ? 'oversubscribed' : 'ok'
  }
  const coresTogether = ({ plan }: Cell): number | undefined => {
    const [one] = limits
    const together = limits.find(({ threads }) => threads === Math.min(plan.programs.length, cores))
    return together && together.peakGflops / one.peakGflops
  }
  const report = () => writeReport(folder, run, cells, serial, verdicts, visits, statusOf, coresTogether)
  try {
    await withSession(session, async () => {
      limits = await measureLimits(session, countsTogether(cells, cores))
      verdicts = await verifyCells(session, cells, serial, batches, VERIFIED_STEPS)
      const sound = cells.filter((cell) => statusOf(cell) !== 'mismatch')
      for (const cell of cells.filter((each) => !sound.includes(each))) {
        console.log(`${cell.name}: not timed, its weights differ from serial's`)
      }
      const total = sound.length * blocks
      const start = performance.now()
      await runBlocks(session, sound, blocks, seed, stepsOf, (visit) => {
        visits.push(visit)
        const status = statusOf(visit.cell)
        appendRows(folder.file('samples.csv'), SAMPLES_COLUMNS, sampleRows(run, visit, status))
        appendRows(folder.file('ledger.csv'), LEDGER_COLUMNS, ledgerRows(run, visit))
        const left = ((performance.now() - start) / visits.length) * (total - visits.length)
        const step = formatDuration(median(visit.stepNs.slice(visit.warmUp)))
        const count = `${String(visits.length).padStart(String(total).length)}/${total}`
        console.log(
          `${count}  block ${visit.block + 1}  ${visit.cell.name.padEnd(20)} ${step.padStart(9)} a step` +
            `  (${status}, ${formatDuration(left * 1e6)} left)`,
        )
      })
    })
  } finally {
    // What was measured is summed up even if a rank has failed or the user has had enough.
    if (visits.length > 0) report()
    begun.describeMachine({ limits })
  }
  return cells.every((cell) => ['ok', 'oversubscribed'].includes(statusOf(cell)))
}

/** A step's flop at the speed of one kernel per core, and what the plan leaves idle: no overhead of any kind. */
function expectedStepNs({ plan }: Cell, rate: number, cores: number): number {
  const ranks = plan.programs.length
  const busy = ranks * (1 - idealBubble(plan))
  return stepFlop(plan.model, plan.batch) / (rate * Math.min(busy, cores))
}

/** 1, and the thread counts of the cells as far as there are cores for them. */
function countsTogether(cells: readonly Cell[], cores: number): number[] {
  const counts = cells.map(({ plan }) => Math.min(plan.programs.length, cores))
  return [...new Set([1, ...counts])].sort((a, b) => a - b)
}

function chooseSteps(options: ScalingOptions, stepNs: number): VisitSteps {
  const { milliseconds, fewest, most } = options.quick ? QUICK_VISIT : VISIT
  const measured =
    options.steps ?? Math.min(most, Math.max(fewest, Math.round((milliseconds * 1e6) / stepNs)))
  return { measured, warmUp: Math.max(WARM_UP.fewest, Math.ceil(measured * WARM_UP.share)) }
}

function expectedSeconds(
  cells: readonly Cell[],
  expected: (cell: Cell) => number,
  stepsOf: (cell: Cell) => VisitSteps,
  blocks: number,
): number {
  const START_UP_S = 1
  return cells.reduce((sum, cell) => {
    const { warmUp, measured } = stepsOf(cell)
    return sum + (expected(cell) * (VERIFIED_STEPS + blocks * (warmUp + measured))) / 1e9
  }, START_UP_S)
}

function writeReport(
  folder: RunFolder,
  run: RunIdentity,
  cells: readonly Cell[],
  serial: Cell,
  verdicts: ReadonlyMap<Cell, Verdict>,
  visits: readonly Visit[],
  statusOf: (cell: Cell) => Status,
  coresTogether: (cell: Cell) => number | undefined,
): void {
  const of = (cell: Cell) => visits.filter((visit) => visit.cell === cell)
  const rows = cells.flatMap((cell): TableRow[] => {
    const verdict = verdicts.get(cell)
    if (!verdict) return []
    const status = statusOf(cell)
    const timed = of(cell).length > 0 && status !== 'not-finite'
    const summary = timed ? summarise(cell, of(cell), of(serial), run.seed, coresTogether(cell)) : undefined
    return [{ cell, summary, verdict, status }]
  })
  appendRows(
    folder.file('summary.csv'),
    SUMMARY_COLUMNS,
    rows.map(({ cell, summary, verdict, status }) => summaryRow(run, cell, summary, verdict, status)),
  )
  const traced = cells.flatMap((cell, pid) => {
    const last = of(cell).at(-1)
    return last ? traceStep(cell, pid, last.reports) : []
  })
  writeJson(folder.file('trace.json'), { traceEvents: traced, displayTimeUnit: 'ms' }, true)
  console.log(scalingTable(rows))
  console.log(
    'speed-up over serial, paired within blocks, with its 95 % interval; efficiency: of the threads (of what as many ' +
      'cores do together without memory); bubble: time that ranks wait',
  )
  for (const name of [
    'samples.csv',
    'summary.csv',
    'ledger.csv',
    'memory.csv',
    'machine.json',
    'trace.json',
  ]) {
    console.log(folder.file(name))
  }
}
