import type { Cell } from '../../cells/cell.ts'
import { bucketOf } from '../../measure/ledger.ts'
import { isFused, passOf } from '../../plan/read/work.ts'
import type { Instruction, Plan } from '../../plan/plan.ts'
import { walk } from '../../plan/read/walk.ts'
import type { VisitReport } from '../../measure/blocks.ts'
import { rowOf } from '../../cells/columns.ts'
import type { RunFacts } from '../../cells/dimension.ts'
import { CELL_COLUMNS } from './visits.ts'

/** An event of the Chrome trace format, which Perfetto and about:tracing open; times are in microseconds. */
export interface TraceEvent {
  readonly ph: 'M' | 'X' | 's' | 'f'
  readonly pid: number
  readonly tid: number
  readonly name: string
  readonly cat?: string
  readonly ts?: number
  readonly dur?: number
  readonly id?: number
  readonly bp?: 'e'
  readonly args?: Readonly<Record<string, string | number>>
}

/** One step of a cell: a process per cell, a thread per rank, step ⊃ pass ⊃ instruction, an arrow per handoff. */
export function traceStep(run: RunFacts, cell: Cell, pid: number, reports: readonly VisitReport[]): TraceEvent[] {
  const { plan } = cell
  const fused = isFused(plan)
  const start = Math.min(...reports.map((report) => report.stamps[0]))
  const microseconds = (stamp: number) => (stamp - start) * 1000
  // Viewers show the name; charts find the cell by the rest.
  const args = { name: `${run.experiment} · ${cell.name}`, ...rowOf(CELL_COLUMNS, { run, cell }) }
  const events: TraceEvent[] = [{ ph: 'M', pid, tid: 0, name: 'process_name', args }]

  for (const { rank, threadId, stamps } of reports) {
    const program = plan.programs[rank]
    const span = (name: string, cat: string, from: number, to: number): TraceEvent => {
      const ts = microseconds(stamps[from])
      return { ph: 'X', pid, tid: rank, name, cat, ts, dur: microseconds(stamps[to]) - ts }
    }
    const thread = { name: `rank ${rank} (thread ${threadId})` }
    events.push(
      { ph: 'M', pid, tid: rank, name: 'thread_name', args: thread },
      { ph: 'M', pid, tid: rank, name: 'thread_sort_index', args: { sort_index: rank } },
      span('step', 'step', 0, program.length),
      ...passesOf(program, fused).map(({ name, from, to }) => span(name, 'pass', from, to)),
      ...program.map((instruction, i) => span(titleOf(plan, instruction), bucketOf(instruction), i, i + 1)),
    )
  }
  return [...events, ...handoffs(plan, pid, reports, microseconds)]
}

/** A pass lasts from the first to the last of consecutive instructions on one microbatch, waits between them included. */
function passesOf(program: readonly Instruction[], fused: boolean): { name: string; from: number; to: number }[] {
  const passes: { name: string; from: number; to: number }[] = []
  program.forEach((instruction, index) => {
    const pass = passOf(instruction, fused)
    if (pass === undefined || !('microbatch' in instruction)) return
    const name = `${pass} ${instruction.microbatch}`
    const last = passes.at(-1)
    if (last?.name === name) last.to = index + 1
    else passes.push({ name, from: index, to: index + 1 })
  })
  return passes
}

function titleOf(plan: Plan, instruction: Instruction): string {
  if ('layer' in instruction) return `${instruction.op} ${instruction.layer}`
  if (instruction.op === 'await') return `${instruction.cause}: ${plan.counters[instruction.counter].name}`
  if (instruction.op === 'publish') return `publish ${plan.counters[instruction.counter].name}`
  return instruction.op
}

/** An arrow from each publish to the await that received it. */
function handoffs(
  plan: Plan,
  pid: number,
  reports: readonly VisitReport[],
  microseconds: (stamp: number) => number,
): TraceEvent[] {
  const events: TraceEvent[] = []
  /** The instruction that each rank is at, and the publishes of each counter. */
  const at = plan.programs.map(() => 0)
  const published: { rank: number; index: number }[][] = plan.counters.map(() => [])
  let id = pid * 1_000_000
  const end = (ph: 's' | 'f', rank: number, index: number): TraceEvent => ({
    ph,
    pid,
    tid: rank,
    name: 'handoff',
    cat: 'handoff',
    id,
    ts: microseconds(reports[rank].stamps[index]),
    ...(ph === 'f' ? { bp: 'e' as const } : {}),
  })
  walk(plan, {
    instruction(rank, index) {
      at[rank] = index
    },
    published(rank, counter) {
      published[counter].push({ rank, index: at[rank] })
    },
    awaited(rank, counter, count) {
      const instruction = plan.programs[rank][at[rank]]
      if (instruction.op !== 'await' || instruction.cause !== 'receive') return
      const from = published[counter][count - 1]
      id++
      // From the start of the publish, which may be seen before it ends, to the start of the work after the await: between
      // any other two instants an arrow could point backwards.
      events.push(end('s', from.rank, from.index), end('f', rank, at[rank] + 1))
    },
  })
  return events
}
