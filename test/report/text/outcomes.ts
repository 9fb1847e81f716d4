import type { Cell } from '../../../src/cells/cell.ts'
import type { Outcome } from '../../../src/measure/outcome.ts'
import { summarise } from '../../../src/measure/summary.ts'
import type { ScreenResults } from '../../../src/report/text/screen.ts'
import { visitOf } from '../../measure/visits.ts'
import { smallCell, type Setting } from '../../runtime/cells.ts'

const MODEL: Setting = {
  model: { widths: [784, 256, 256, 256, 256, 10], activation: 'relu', loss: 'cross-entropy' },
  batch: 64,
  microbatches: 8,
}

export const cellOf = (mode: Cell['mode'], setting: Setting = {}): Cell =>
  smallCell(mode, { ...MODEL, threads: 2, ...setting })

export const serialCell = cellOf('serial', { threads: 1 })
const SERIAL_NS = 1_530_000

/** An outcome that was never measured, as much faster than serial as `speedup` says. */
export function outcomeOf(
  cell: Cell,
  speedup: number,
  {
    wait = 0,
    reduce = 0,
    ideal = wait,
    spread = 0.02,
    blocks = [1, 1, 1, 1, 1, 1],
    ...more
  }: Partial<Outcome> & {
    readonly wait?: number
    readonly reduce?: number
    readonly ideal?: number
    readonly spread?: number
    /** How many times as long as usual the step takes in each block. */
    readonly blocks?: readonly number[]
  } = {},
): Outcome {
  const ns = SERIAL_NS / speedup
  const visits = blocks.map((times, block) => {
    const spent = cell.plan.programs.map(() => ({ 'wait-receive': wait * ns * times, reduce: reduce * ns * times }))
    return visitOf(cell, [ns * times], { block, spent })
  })
  const reference = visits.map(({ block }) => visitOf(serialCell, [SERIAL_NS], { block }))
  const summary = {
    ...summarise(cell, visits, reference),
    speedupInterval: { low: speedup - spread, high: speedup + spread },
    bubbleFractionIdeal: ideal,
  }
  return {
    cell,
    summary,
    verdict: { match: 'exact', maxUlp: 0, sha256: 'abc' },
    status: 'ok',
    findings: { errors: [], warnings: [] },
    differs: true,
    visits,
    ...more,
  }
}

export const CLOSE: Outcome['verdict'] = { match: 'close', maxUlp: 1, sha256: 'def' }

export const serial = outcomeOf(serialCell, 1, { differs: undefined })
export const replicas = outcomeOf(cellOf('data'), 1.63, { wait: 0.03, reduce: 0.12, verdict: CLOSE })
export const shared = outcomeOf(cellOf('data', { reduction: 'owner' }), 1.88, { wait: 0.03 })
export const layers = outcomeOf(cellOf('layer'), 0.93, { wait: 0.5 })
export const tensor = outcomeOf(cellOf('tensor'), 1.91, { wait: 0.03 })
export const pipelines = [
  outcomeOf(cellOf('pipeline', { schedule: 'gpipe' }), 1.17, { wait: 0.22 }),
  outcomeOf(cellOf('pipeline'), 1.18, { wait: 0.21 }),
  outcomeOf(cellOf('pipeline', { schedule: 'zero-bubble' }), 1.25, { wait: 0.17 }),
]

/** A quiet run on two cores. */
export const QUIET: ScreenResults = {
  machine: { cores: 2, cpu: 'AMD EPYC', node: 'v24.21.0' },
  kernel: 'fma256',
  pin: false,
  noise: 0.029,
  warnings: [],
  outcomes: [serial, replicas, shared, layers, ...pipelines, tensor],
  combined: {
    threads: 4,
    source: 'simulated',
    grids: [
      { label: 'replicas', speedup: 2.17 },
      { label: '2x1x2', speedup: 2.82 },
      { label: '2x2x1', speedup: 1.76 },
    ],
  },
  folder: 'results/20261125-scaling',
  picture: 'report.html',
  wideCommand: 'bench -- --wide',
}
