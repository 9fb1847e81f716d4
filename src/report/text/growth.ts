import { relativeToOne, type Estimate, type Growth, type Timed } from '../../measure/growth-fit.ts'
import { formatInterval } from './format.ts'

/** What a growth run says in words: nothing but what was measured. */

/** What grows. */
interface Noun {
  readonly one: string
  readonly many: string
}

/** Says whether time grows linearly. */
export function growthSentence(subject: string, { one, many }: Noun, { verdict, reason, fit }: Growth): string {
  if (!fit) return `${subject}: whether time grows linearly with the ${many} is not known: ${reason}.`
  const { aNs, bNs, exponent } = fit
  const because = reason === undefined ? '' : `, since ${reason}`
  return (
    `${subject}: time = ${formatTime(aNs)} + ${formatTime(bNs)} for each ${one}; ` +
    `it grows with the ${many} to the power ${formatPower(exponent)}: ${verdict}${because}.`
  )
}

/** Says which counts of batches stand for the usual ones; empty if none do. */
export function countsSentences(counts: readonly number[], usual: readonly number[], longestMs: number): string[] {
  const [most] = usual.slice(-1)
  if (counts.length === 0 || counts.includes(most)) return []
  return [`Steps are long here: ${most} batches would take more than ${longestMs / 1000} s, so ${listed(counts)} ran.`]
}

/** How long a batch takes through the same model in more parts, relative to one. */
export function partsSentence(points: readonly Timed[], cores: number): string {
  const ratios = relativeToOne(points)
  if (ratios.length === 0) return 'What more parts of the same model cost is not known: one part was measured.'
  const shown = ratios.map(({ value, ratio }) => `${value}: ${formatRatio(ratio)}`).join(', ')
  const shared = ratios.some(({ value }) => value > cores)
    ? `, and more than ${cores} parts share the ${cores} cores`
    : ''
  return `One batch through the same model in more parts, relative to one part: ${shown}. The work is the same${shared}.`
}

const formatRatio = ({ value, interval }: Estimate): string =>
  interval ? formatInterval(value, interval) : value.toFixed(2)

const listed = (values: readonly number[]): string =>
  [values.slice(0, -1).join(', '), values.slice(-1)].filter((part) => part.length > 0).join(' and ')

const UNITS = [
  { name: 's', ns: 1e9 },
  { name: 'ms', ns: 1e6 },
  { name: 'µs', ns: 1e3 },
] as const

/** "2.44 ms [2.43, 2.45]": all three in the unit that suits the largest. */
function formatTime({ value, interval }: Estimate): string {
  const ends = interval ? [interval.low, interval.high] : []
  const largest = Math.max(...[value, ...ends].map(Math.abs))
  const { name, ns } = UNITS.find((unit) => largest >= unit.ns) ?? UNITS[2]
  const [shown, ...bounds] = [value, ...ends].map((each) => signed(each / ns, 2))
  return `${shown} ${name}${bounds.length === 0 ? '' : ` [${bounds.join(', ')}]`}`
}

/** "0.998 [0.992, 1.002]" */
function formatPower({ value, interval }: Estimate): string {
  const bounds = interval ? ` [${signed(interval.low, 3)}, ${signed(interval.high, 3)}]` : ''
  return `${signed(value, 3)}${bounds}`
}

const signed = (value: number, digits: number): string => value.toFixed(digits).replace('-', '−')
