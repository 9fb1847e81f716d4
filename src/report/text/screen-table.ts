import { formatInterval, inMib, percent } from './format.ts'
import { isMeasured, withoutResult, type Gain, type Measured, type Split } from './splits.ts'
import { plainTable, type TextColumn } from './text-table.ts'
import { shortened, widthOf, wrapped } from './wrap.ts'

const WIDEST_BAR = 20
const NARROWEST_BAR = 5
const GAP = '  '

const HEADING = 'useful #  extra +  waiting .'
const LEGEND = '# useful, + extra work, . waiting: of all threads’ time.'

/** The level of detail of a table. */
interface Form {
  readonly interval: boolean
  /** Units beside the numbers, and the bar's meaning above it. */
  readonly words: boolean
  readonly narrowestBar: number
}

/** The first that fits is taken. With words, bar and waiting take 28 columns at least, as their heading does. */
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
  const rows = splits.map((split) => ({ ...split, label: split.label.padEnd(labelWidth) }))
  return [
    ...tableLines(rows.filter(isMeasured), width, minima),
    ...rows
      .filter(({ gain }) => !gain)
      .flatMap(({ label, outcome }) => wrapped(withoutResult(outcome), width, labelWidth + GAP.length, label + GAP)),
    ...(minima && rows.some(isMeasured)
      ? wrapped('fastest: the same by the fastest steps, which other programs disturb least.', width, 2)
      : []),
  ]
}

function tableLines(rows: readonly Measured[], width: number, minima: boolean): string[] {
  if (rows.length === 0) return []
  for (const form of FORMS) {
    const draw = (bar: number) => plainTable(rows, columnsOf(rows, form, minima, bar), Infinity).split('\n')
    const room = Math.min(WIDEST_BAR, width - widthOf(draw(0)[0]) - GAP.length)
    if (room < form.narrowestBar) continue
    const bar = room < NARROWEST_BAR ? 0 : room
    const legend = bar === 0 || form.words ? [] : [LEGEND]
    return [...draw(bar).map((line) => shortened(line, width)), ...legend.flatMap((line) => wrapped(line, width, 2))]
  }
  return []
}

/** @param bar the width of the bar, or 0 */
function columnsOf(rows: readonly Measured[], { interval, words }: Form, minima: boolean, bar: number) {
  const waitOf = ({ gain }: Measured) => percent(gain.waiting) + (words ? ' wait' : '')
  const waitWidth = Math.max(words ? 0 : 'wait'.length, ...rows.map((row) => widthOf(waitOf(row))))
  const beside = (parts: string, wait: string) => (bar === 0 ? '' : parts + GAP) + wait.padStart(waitWidth)
  const wordless = beside('# + .'.padEnd(bar), 'wait')
  const columns: (TextColumn<Measured> | false)[] = [
    ['split', ({ label }) => label, 'left'],
    [
      interval ? 'times as fast' : 'times',
      ({ outcome, gain: { speedup, interval: both } }) =>
        (outcome.differs === false ? '≈ ' : '') + (interval ? formatInterval(speedup, both) : speedup.toFixed(2)),
    ],
    minima && ['fastest', ({ gain }) => gain.summary.speedupOfMinima?.toFixed(2) ?? ''],
    [words ? (bar === 0 ? '' : HEADING) : wordless, (row) => beside(timeBar(row.gain, bar), waitOf(row)), 'left'],
    [words ? 'MiB/thread' : 'MiB', ({ bytes }) => inMib(bytes)],
  ]
  return columns.filter((column) => column !== false)
}

/** The shares as `width` characters: `#` useful, `+` extra, `.` waiting. */
function timeBar({ useful, extra, waiting }: Pick<Gain, 'useful' | 'extra' | 'waiting'>, width: number): string {
  const counts = [useful, extra, waiting].map((share) => Math.round(share * width))
  // The longest part absorbs the rounding error.
  counts[counts.indexOf(Math.max(...counts))] += width - counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count, i) => '#+.'[i].repeat(count)).join('')
}
