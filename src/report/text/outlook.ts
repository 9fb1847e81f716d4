import Table from 'cli-table3'
import type { Outlook } from '../../simulate/outlook.ts'
import { formatDuration, percent as rounded } from './format.ts'

const COLUMNS = [
  'cell',
  'ranks',
  'step',
  'speed-up',
  'efficiency',
  'bubble',
  'more work',
  'waiting by plan',
  'handing over',
]

export const OUTLOOK_LEGEND =
  'of all ranks’ time: efficiency is serial’s work, more work what serial does not have or does faster, waiting by plan ' +
  'what would be idle if handing over were free, handing over the rest; bubble: all waiting'

/** A row per cell that was simulated. */
export function outlookTable(rows: readonly { name: string; ranks: number; outlook: Outlook }[]): string {
  const table = new Table({
    head: COLUMNS,
    style: { head: [], border: [], compact: true },
    colAligns: COLUMNS.map((_, i) => (i === 0 ? 'left' : 'right')),
  })
  for (const { name, ranks, outlook } of rows) {
    table.push([
      name,
      String(ranks),
      formatDuration(outlook.step),
      outlook.speedup.toFixed(2),
      percent(outlook.efficiency),
      percent(outlook.bubble),
      percent(outlook.moreWork),
      percent(outlook.waiting),
      percent(outlook.handoff),
    ])
  }
  return table.toString()
}

const percent = (share: number): string => rounded(share, 1)
