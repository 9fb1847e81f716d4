import { EQUAL_WITHIN } from '../../measure/noise.ts'
import { formatInterval, percent } from '../text/format.ts'
import { hintOf } from './blocks-needed.ts'
import { largest, ratiosOf, type Comparison, type Found } from './compare.ts'
import { machineName, type Differences } from './environment.ts'
import { DIFFERS, verdictOf, type Verdict } from './judge.ts'
import { pValue, type Measured } from './p-value.ts'
import { speedupOf, type ComparedRun, type Estimate } from './run.ts'
import { valueOf } from './work.ts'

/** From this many blocks on, intervals hold whatever the distribution, see `medianInterval`. */
const ENOUGH_BLOCKS = 6

/** The machine, the noise and the folder of each run. */
export const legend = (runs: readonly ComparedRun[]): string[] =>
  runs.map((run) => {
    const largestNoise = largest(run.rows.map((row) => row.noise))
    const noise = largestNoise === undefined ? 'noise unknown' : `noise ${percent(largestNoise, 1)}`
    return `${run.letter}: ${machineName(run)}, ${noise}: ${run.folder}`
  })

/** How to read the table, the values behind its marks, and what it leaves out and why. */
export function notes(comparison: Comparison): string[] {
  const { runs } = comparison
  return [
    `Ratios are step times over ${runs[0].letter}’s; above 1 is slower. No time is scaled by a machine’s speed. ` +
      'Each interval holds with 95 % on its own. "slower" and "faster" hold with 95 % for all cells of a run together ' +
      `(Holm’s correction). "equal": within ${percent(EQUAL_WITHIN)}; "not slower": by at most that.`,
    'Noise is the most that serial differs from itself within a run, with 95 %.',
    ...runs.flatMap(fewBlocks),
    ...markLines(comparison),
    ...leftOut(comparison),
  ]
}

function fewBlocks({ letter, rows }: ComparedRun): string[] {
  const fewest = Math.min(...rows.map(({ blocks }) => blocks.length).filter((count) => count > 0))
  if (fewest >= ENOUGH_BLOCKS) return []
  return fewest === 1
    ? [`warning: ${letter} has cells of a single block, which shows no difference`]
    : [`warning: ${letter} has cells of only ${fewest} blocks; below ${ENOUGH_BLOCKS}, intervals assume normal noise`]
}

/** The values behind each mark, and the cells unless all have it. */
function markLines(comparison: Comparison): string[] {
  const [first, ...others] = comparison.runs
  return others.flatMap(({ letter }, i) => {
    const found = ratiosOf(comparison, i + 1)
    const marked = found.flatMap(({ cell, against }) =>
      against.marks.map((mark) => {
        const [a, b] = [cell.rows[0]!, cell.rows[i + 1]!].map((row) => valueOf(row, mark) || 'none')
        const rounding = mark === 'arithmetic' ? '; it rounds differently, so weights need not be the same' : ''
        return { label: cell.label, text: `marked ${mark}: ${b} in ${letter}, ${a} in ${first.letter}${rounding}` }
      }),
    )
    return listed(marked, found.length)
  })
}

/** Cells that a run has no ratio for, by reason. */
function leftOut({ runs, cells }: Comparison): string[] {
  const out = cells.flatMap(({ label, against }) =>
    against.flatMap((each, i) => {
      if (each.kind === 'compared') return []
      const kind = { missing: '', 'no result': 'no result, ', refused: `refused in ${runs[i + 1].letter}, ` }[each.kind]
      return [{ label, text: `${kind}${each.reason}` }]
    }),
  )
  return listed(out)
}

/** A line per text, with the labels unless these are all there are. */
const listed = (about: readonly { readonly label: string; readonly text: string }[], all?: number): string[] =>
  [...new Set(about.map(({ text }) => text))].map((text) => {
    const labels = new Set(about.flatMap((each) => (each.text === text ? [each.label] : [])))
    return labels.size === all ? text : `${text}: ${[...labels].join(', ')}`
  })

/** In what machines and programs differ. */
export const environmentLines = (runs: readonly ComparedRun[], differences: Differences): string[] =>
  differences.map(
    ({ name, values }) => `${name}: ${values.map((value, i) => `${value} in ${runs[i].letter}`).join(', ')}`,
  )

/** Differs between any two runs, so it explains nothing. */
const ALWAYS_DIFFERS = 'load'

/** What the comparison has shown. Differences that the intervals do not show are not claimed. */
export const conclude = (comparison: Comparison, differences: Differences): string[] => [
  ...comparison.runs.slice(1).map((_, i) => stepSentences(comparison, i + 1)),
  ...splitSentence(comparison),
  causeSentence(comparison, differences),
]

function stepSentences(comparison: Comparison, run: number): string {
  const [a, b] = [comparison.runs[0].letter, comparison.runs[run].letter]
  const found = ratiosOf(comparison, run)
  if (found.length === 0) return `Nothing in ${b} can be compared with ${a}.`
  const cells = `${found.length} ${found.length === 1 ? 'cell' : 'cells'}`
  const having = (verdict: Verdict) => found.filter(({ against }) => against.verdict === verdict)
  const differences = (['slower', 'faster'] as const).flatMap((verdict) => {
    const these = having(verdict)
    if (these.length === 0) return []
    return [`${b} is ${verdict} than ${a} in ${these.length} of ${cells}: ${range(these)} times the step.`]
  })
  const unknown = having('not known').map(({ against }) => against)
  const margin = percent(EQUAL_WITHIN)
  const counts = [
    [having('equal').length, `equal within ${margin}`],
    [having('not slower').length, `not slower by more than ${margin}`],
    [unknown.length, 'not known'],
  ].flatMap(([count, text]) => (count === 0 ? [] : [`${count} ${text}`]))
  const others =
    unknown.length === found.length
      ? `Whether ${b} differs from ${a} is known in none of ${cells}.`
      : counts.length > 0 && `Of ${cells}: ${counts.join(', ')}.`
  return [...differences, others, hint(unknown, found.length)].filter(Boolean).join(' ')
}

/** @param cells how many are judged together */
const hint = (unknown: readonly Measured[], cells: number): string =>
  hintOf(unknown, (measured) => verdictOf(measured, cells * (pValue(measured) ?? 1)) !== 'not known')

function range(cells: readonly Found[]): string {
  const sorted = cells.toSorted((x, y) => x.against.ratio - y.against.ratio)
  const ends = new Set([sorted[0], sorted[sorted.length - 1]])
  return [...ends].map(({ cell, against }) => `${against.ratio.toFixed(3)} (${cell.label})`).join(' to ')
}

/** Whether the split with the largest speed-up in the first run gains as much in the others. */
function splitSentence({ runs, cells }: Comparison): string[] {
  const splits = cells.flatMap(({ label, rows: [first, ...others], against }) => {
    const speedup = first && Number(valueOf(first, 'threads')) > 1 ? speedupOf(first) : undefined
    if (!speedup) return []
    const elsewhere = others.flatMap((row, i) => {
      const found = against[i].kind === 'compared' ? speedupOf(row) : undefined
      return found ? [`${formatEstimate(found)} in ${runs[i + 1].letter} (${gain(speedup, found)})`] : []
    })
    return elsewhere.length > 0 ? [{ label, speedup, elsewhere }] : []
  })
  if (splits.length === 0) return []
  const { label, speedup, elsewhere } = splits.reduce((x, y) => (y.speedup.value > x.speedup.value ? y : x))
  return [
    `The largest speed-up in ${runs[0].letter} is that of ${label}: ${formatEstimate(speedup)} times as fast as its ` +
      `serial; it is ${elsewhere.join(', ')}.`,
  ]
}

function gain({ interval: first }: Estimate, { interval: other }: Estimate): string {
  if (first && other && other.low > first.high) return 'more'
  return first && other && other.high < first.low ? 'less' : 'not shown to differ'
}

export function formatEstimate(estimate: Estimate | undefined): string {
  const { value, interval } = estimate ?? {}
  return value === undefined ? '' : formatInterval(value, interval)
}

function causeSentence({ cells }: Comparison, differences: Differences): string {
  const names = differences.map(({ name }) => name).filter((name) => name !== ALWAYS_DIFFERS)
  if (names.length === 0) return 'No difference between the machines and programs is known.'
  const differs = cells.some(({ against }) => against.some((each) => each.kind === 'compared' && DIFFERS[each.verdict]))
  const unknown = differs && names.length > 1 ? ' This comparison cannot tell which of these makes the difference.' : ''
  return `Machines and programs differ in ${names.join(', ')}.${unknown}`
}
