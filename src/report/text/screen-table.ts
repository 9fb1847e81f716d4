import { formatInterval, inMib, percent } from './format.ts'
import { timeBar } from './shares.ts'
import { withoutResult, type Measured, type Split } from './splits.ts'
import { shortened, widthOf, wrapped } from './wrap.ts'

const WIDEST_BAR = 20
const NARROWEST_BAR = 5
const GAP = '  '
const BAR_HEAD = 'useful #  extra +  waiting .'

/** The level of detail of a table. */
interface Form {
  readonly interval: boolean
  /** Units beside the numbers, and the bar's meaning above it. */
  readonly words: boolean
  readonly narrowestBar: number
}

/** The first that fits is taken. */
const FORMS: readonly Form[] = [
  { interval: true, words: true, narrowestBar: 18 },
  { interval: true, words: false, narrowestBar: 8 },
  { interval: false, words: false, narrowestBar: NARROWEST_BAR },
  { interval: false, words: false, narrowestBar: -Infinity },
]

/**
 * A row per split: how many times as fast, what all threads' time goes to, and the memory of a thread.
 *
 * @param minima whether the fastest steps stand beside the medians
 */
export function splitLines(splits: readonly Split[], width: number, minima: boolean): string[] {
  const labelWidth = Math.max('split'.length, ...splits.map(({ label }) => widthOf(label)))
  const measured = splits.filter((split): split is Measured => split.gain !== undefined)
  const [table = []] =
    measured.length === 0 ? [] : FORMS.flatMap((form) => drawn(measured, form, labelWidth, width, minima))
  const failed = splits
    .filter(({ gain }) => !gain)
    .map(({ label, outcome }) => ({ lead: label.padEnd(labelWidth) + GAP, reason: withoutResult(outcome) }))
  return [
    ...table,
    ...failed.flatMap(({ lead, reason }) => wrapped(reason, width, lead.length, lead)),
    ...(minima && measured.length > 0
      ? wrapped('fastest: the same by the fastest steps, which other programs disturb least.', width, 2)
      : []),
  ]
}

/** The table in a form, in a list; empty if there is no room for its bar. */
function drawn(
  rows: readonly Measured[],
  { interval, words, narrowestBar }: Form,
  labelWidth: number,
  width: number,
  minima: boolean,
): string[][] {
  const column = (head: string, field: (row: Measured) => string): string[] => {
    const fields = [head, ...rows.map(field)]
    const widest = Math.max(...fields.map(widthOf))
    return fields.map((text) => text.padStart(widest))
  }
  const before = [
    ['split', ...rows.map(({ label }) => label)].map((text) => text.padEnd(labelWidth)),
    column(
      interval ? 'times as fast' : 'times',
      (row) =>
        markOf(row) + (interval ? formatInterval(row.gain.speedup, row.gain.interval) : row.gain.speedup.toFixed(2)),
    ),
    ...(minima ? [column('fastest', ({ gain }) => gain.summary.speedupOfMinima?.toFixed(2) ?? '')] : []),
  ]
  const after = [
    column(words ? '' : 'wait', ({ gain }) => percent(gain.shares.waiting) + (words ? ' wait' : '')),
    column(words ? 'MiB/thread' : 'MiB', ({ bytes }) => inMib(bytes)),
  ]
  const taken = [...before, ...after].reduce((sum, [head]) => sum + widthOf(head) + GAP.length, 0)
  const room = Math.min(WIDEST_BAR, width - taken)
  if (room < narrowestBar) return []
  const bar =
    room < NARROWEST_BAR
      ? []
      : [[words ? '' : '# + .', ...rows.map(({ gain }) => timeBar(gain.shares, room))].map((text) => text.padEnd(room))]
  const lines = [...before, ...bar, ...after]
    .reduce((left, right) => left.map((text, i) => text + GAP + right[i]))
    .map((line) => shortened(line, width))
  // The heading of the bar is wider than the bar; that of the waiting beside it is empty.
  const start = before.reduce((sum, [head]) => sum + widthOf(head) + GAP.length, 0)
  if (words) lines[0] = lines[0].slice(0, start) + BAR_HEAD + lines[0].slice(start + BAR_HEAD.length)
  const legend =
    words || room < NARROWEST_BAR ? [] : wrapped('# useful, + extra work, . waiting: of all threads’ time.', width, 2)
  return [[...lines, ...legend]]
}

const markOf = ({ outcome }: Measured): string => (outcome.differs === false ? '≈ ' : '')
