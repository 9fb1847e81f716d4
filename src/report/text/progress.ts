import { formatDuration } from './format.ts'
import { shortened, USUAL_WIDTH, widthOf } from './wrap.ts'

/** The state of a group's measurement. */
export interface Progress {
  readonly experiment: string
  /** Empty if the experiment has only one. */
  readonly group: string
  /** From 1. */
  readonly block: number
  /** The smallest number of blocks that will be measured. */
  readonly fewest: number
  /** Cells of this block measured so far, out of `cells`. */
  readonly done: number
  readonly cells: number
  /** The cell that was measured last, and its median step in nanoseconds. */
  readonly label: string
  readonly stepNs: number
  /** Undefined while unknown. */
  readonly secondsLeft: number | undefined
}

/** A line to rewrite in place. It leaves the last column free, since some terminals wrap there. */
export function progressLine(progress: Progress, width: number = USUAL_WIDTH): string {
  const { experiment, block, done, cells } = progress
  const { group, blocks, step, left } = partsOf(progress)
  const count = `${done}/${cells} cells`
  const short = [`block ${block}`, count]
  const lines = [[group, blocks, count, step, ...left], [experiment, ...short, ...left], short].map((parts) =>
    parts.join(' · '),
  )
  return lines.find((line) => widthOf(line) < width) ?? shortened(lines[lines.length - 1], width - 1)
}

/** A line per block for a pipe or a file. */
export function blockLine(progress: Progress): string {
  const { group, blocks, step, left } = partsOf(progress)
  return [`${group}: ${blocks}`, `${progress.done} of ${progress.cells} cells`, `${step} a step`, ...left].join('; ')
}

const partsOf = ({ experiment, group, block, fewest, label, stepNs, secondsLeft }: Progress) => ({
  group: group === '' ? experiment : `${experiment}, ${group}`,
  blocks: block > fewest ? `block ${block}` : `block ${block} of at least ${fewest}`,
  step: `${label} ${formatDuration(stepNs)}`,
  left: secondsLeft === undefined ? [] : [`${aboutSeconds(secondsLeft)} left`],
})

/** An estimated duration: "about 40 s", "about 3 min". */
export function aboutSeconds(seconds: number): string {
  if (seconds < 10) return seconds < 1 ? 'under 1 s' : `about ${Math.round(seconds)} s`
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5} s`
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min`
  return `about ${(seconds / 3600).toFixed(1)} h`
}
