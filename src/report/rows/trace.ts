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

/** When a rank begins its instruction of an index, or, after its last one, ends the step: microseconds from the start. */
type Time = (rank: number, index: number) => number

/** One step of a cell: a process per cell, a thread per rank, step ⊃ pass ⊃ instruction, an arrow per handoff. */
export function traceStep(run: RunFacts, cell: Cell, pid: number, reports: readonly VisitReport[]): TraceEvent[] {
  const { plan } = cell
  const fused = isFused(plan)
  const start = Math.min(...reports.map((report) => report.stamps[0]))
  const time: Time = (rank, index) => (reports[rank].stamps[index] - start) * 1000
  // Viewers show the name; charts find the cell by the rest.
  const args = { name: `${run.experiment} · ${cell.name}`, ...rowOf(CELL_COLUMNS, { run, cell }) }
  const events: TraceEvent[] = [{ ph: 'M', pid, tid: 0, name: 'process_name', args }]

  for (const { rank: tid, threadId } of reports) {
    const program = plan.programs[tid]
    const span = (name: string, cat: string, from: number, to: number): TraceEvent => {
      const ts = time(tid, from)
      return { ph: 'X', pid, tid, name, cat, ts, dur: time(tid, to) - ts }
    }
    events.push(
      { ph: 'M', pid, tid, name: 'thread_name', args: { name: `rank ${tid} (thread ${threadId})` } },
      { ph: 'M', pid, tid, name: 'thread_sort_index', args: { sort_index: tid } },
      span('step', 'step', 0, program.length),
      ...passesOf(program, fused).map(({ name, from, to }) => span(name, 'pass', from, to)),
      ...program.map((instruction, i) => span(titleOf(plan, instruction), bucketOf(instruction), i, i + 1)),
    )
  }
  return [...events, ...handoffs(plan, pid, time)]
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

function titleOf({ counters }: Plan, instruction: Instruction): string {
  if ('layer' in instruction) return `${instruction.op} ${instruction.layer}`
  if (instruction.op === 'await') return `${instruction.cause}: ${counters[instruction.counter].name}`
  return instruction.op === 'publish' ? `publish ${counters[instruction.counter].name}` : instruction.op
}

/** An arrow from each publish to the await that received it. */
function handoffs(plan: Plan, pid: number, time: Time): TraceEvent[] {
  const events: TraceEvent[] = []
  /** The instruction that each rank is at, and the publishes of each counter. */
  const at = plan.programs.map(() => 0)
  const published = plan.counters.map((): { rank: number; index: number }[] => [])
  const end = (tid: number, index: number) => {
    const id = pid * 1_000_000 + events.length / 2 + 1
    return { pid, tid, name: 'handoff', cat: 'handoff', id, ts: time(tid, index) }
  }
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
      // From the start of the publish, which may be seen before it ends, to the start of the work after the await:
      // between any other two instants an arrow could point backwards.
      events.push({ ph: 's', ...end(from.rank, from.index) }, { ph: 'f', ...end(rank, at[rank] + 1), bp: 'e' })
    },
  })
  return events
}
