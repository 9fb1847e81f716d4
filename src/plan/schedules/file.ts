import { PlanError } from '../plan.ts'
import { notation, type Action, type Pass, type Table } from './schedule.ts'
import { validateTable } from './validate.ts'

/** Actions of PyTorch schedules with communication added; here the communication follows from the plan. */
const LOWERED = /^\d+(UNSHARD|RESHARD|REDUCE_GRAD|SEND_F|RECV_F|SEND_B|RECV_B)\d*$|^\(.*\)OVERLAP_F_B$|^OVERLAP_F_B$/

/**
 * Reads a schedule from CSV text in the notation of PyTorch's pipelining (`torch.distributed.pipelining.schedules`,
 * format `compute_only`): one row per rank, one cell per action, such as 0F0, 0I1, 0W1 or 0B2, that is stage, pass,
 * microbatch. Empty cells are bubbles and are ignored: a rank waits when it has to.
 *
 * @param microbatches how many there must be; default: up to the highest that occurs
 * @throws PlanError that names rank (row), step (column), both from 0, and what is wrong
 */
export function parseSchedule(text: string, microbatches?: number): Table {
  const rows = text
    .trimEnd()
    .split(/\r\n|\n|\r/)
    .map((line, rank) =>
      line
        .split(',')
        .flatMap((cell, step) => (cell.trim() === '' ? [] : [{ action: readCell(cell.trim(), rank, step), step }])),
    )
  const table = rows.map((row) => row.map(({ action }) => action))
  const stepOf = (rank: number, index: number): number => rows[rank][index]?.step ?? (rows[rank].at(-1)?.step ?? -1) + 1
  validateTable(table, microbatches, stepOf)
  return table
}

/** The inverse of `parseSchedule`. */
export const formatSchedule = (table: Table): string => table.map((row) => `${row.map(notation).join(',')}\n`).join('')

function readCell(cell: string, rank: number, step: number): Action {
  const found = /^(\d+)([FIWB])(\d+)$/.exec(cell)
  if (!found) {
    const shown = JSON.stringify(cell)
    const reason = LOWERED.test(cell)
      ? `${shown} is not computing; list only F, I, W and B, one a cell: what is sent when follows from their order`
      : `${shown} is not an action; one is written as stage, pass (F, I, W or B) and microbatch, such as 0F0`
    throw new PlanError(`rank ${rank}, step ${step}: ${reason}`)
  }
  const [, stage, pass, microbatch] = found
  return { pass: pass as Pass, stage: Number(stage), microbatch: Number(microbatch) }
}
