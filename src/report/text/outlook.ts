import type { Outlook } from '../../simulate/outlook.ts'
import { formatDuration, percent } from './format.ts'
import { plainTable } from './text-table.ts'

export const OUTLOOK_LEGEND =
  'times: as fast as serial. Shares of all ranks’ time: useful, serial’s work (the efficiency); bubble, waiting; extra, ' +
  'work that serial does not have or does faster; handoff, what handoffs add to the step.'

/** A row per simulated cell. */
export const outlookTable = (
  rows: readonly { readonly name: string; readonly ranks: number; readonly outlook: Outlook }[],
): string =>
  plainTable({
    head: ['cell', 'ranks', 'step', 'times', 'useful', 'bubble', 'extra', 'handoff'],
    rows: rows.map(({ name, ranks, outlook }) => [
      name,
      String(ranks),
      formatDuration(outlook.step),
      outlook.speedup.toFixed(2),
      ...[outlook.efficiency, outlook.bubble, outlook.moreWork, outlook.handoff].map((share) => percent(share, 1)),
    ]),
    left: ['cell'],
  })
