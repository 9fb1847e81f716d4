import { EQUAL_WITHIN } from '../../measure/noise.ts'
import { formatInterval, percent } from '../text/format.ts'
import { largest, ratiosOf, type Comparison, type failuresOf, type Found, verdictOf } from './compare.ts'
import { machineName, type Differences } from './environment.ts'
import { speedupOf, type ComparedRun, type Estimate } from './run.ts'
import { valueOf } from './work.ts'

/** Intervals from fewer blocks than this are too narrow as often as not. */
const FEW_BLOCKS = 5

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
    `Ratios are step times over ${runs[0].letter}’s, with 95 % intervals over blocks; above 1 is slower. ` +
      '"≈": the interval includes 1, so that no difference is shown. No time is scaled by a machine’s speed.',
    'Noise is the most that serial differs from itself within a run, with 95 %.',
    ...runs.flatMap(fewBlocks),
    ...markLines(comparison),
    ...leftOut(comparison),
  ]
}

function fewBlocks({ letter, rows }: ComparedRun): string[] {
  const fewest = Math.min(...rows.map(({ blocks }) => blocks.length).filter((count) => count > 0))
  const blocks = fewest === 1 ? 'a single block' : `only ${fewest} blocks`
  return fewest < FEW_BLOCKS
    ? [`warning: ${letter} has cells of ${blocks}; with fewer than ${FEW_BLOCKS}, an interval means little`]
    : []
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

/** The verdict of the gate, with a warning if the noise may hide a failure. */
export function gateLines(failures: ReturnType<typeof failuresOf>, limit: number, comparison: Comparison): string[] {
  const found = comparison.runs.slice(1).flatMap((_, i) => ratiosOf(comparison, i + 1))
  const noise = largest(found.map(({ against }) => against.noise)) ?? 0
  const warning = `warning: noise of up to ${percent(noise, 1)} can hide a step that is slower by ${limitText(limit)}`
  const passed = `gate: passed: no step is slower than in ${comparison.runs[0].letter} by more than ${limitText(limit)}`
  const failed = failures.map(({ cell, letter, reason }) => `gate: failed: ${cell.label} in ${letter}: ${reason}`)
  return [...(noise > limit ? [warning] : []), ...(failures.length === 0 ? [passed] : failed)]
}

/** With the digits that the user gave. */
export const limitText = (limit: number): string => `${Number((100 * limit).toFixed(2))} %`

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
  const ofCells = `of ${found.length} ${found.length === 1 ? 'cell' : 'cells'}`
  const different = found.filter(({ against }) => against.differs)
  if (different.length === 0) {
    const equal = found.filter(({ against }) => against.differs === false).length
    return `No difference between ${a} and ${b} is shown in any ${ofCells}; ${equal} ${equal === 1 ? 'is' : 'are'} shown to be equal within ${percent(EQUAL_WITHIN)}.`
  }
  const sentences = ['slower', 'faster'].flatMap((verdict) => {
    const cells = different.filter(({ against }) => verdictOf(against) === verdict)
    if (cells.length === 0) return []
    return [`${b} is ${verdict} than ${a} in ${cells.length} ${ofCells}: ${range(cells)} times the step.`]
  })
  const same = found.length - different.length
  return [...sentences, ...(same > 0 ? [`No difference shows in ${same}.`] : [])].join(' ')
}

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
    `In ${runs[0].letter}, the fastest split is ${label}: ${formatEstimate(speedup)} times as fast as its serial; ` +
      `it is ${elsewhere.join(', ')}.`,
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
  const differs = cells.some(({ against }) => against.some((each) => each.kind === 'compared' && each.differs))
  const unknown = differs && names.length > 1 ? ' This comparison cannot tell which of these makes the difference.' : ''
  return `Machines and programs differ in ${names.join(', ')}.${unknown}`
}
