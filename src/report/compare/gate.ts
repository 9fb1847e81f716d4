import { formatInterval } from '../text/format.ts'
import { hintOf } from './blocks-needed.ts'
import { ratiosOf, type Against, type ComparedCell, type Comparison } from './compare.ts'
import { isAbove, pAbove } from './judge.ts'

/** A cell that the first run has a valid time of, in another run. */
interface Checked {
  readonly cell: ComparedCell
  readonly letter: string
  readonly against: Against
  readonly state: 'failed' | 'passed' | 'not known'
}

/** What a regression gate shows: nothing passes that was not measured. */
export const gateOf = ({ runs, cells }: Comparison): Checked[] =>
  runs
    .slice(1)
    .flatMap(({ letter }, i) =>
      cells
        .filter(({ rows: [first] }) => first?.stepNs !== undefined)
        .map((cell) => ({ cell, letter, against: cell.against[i], state: stateOf(cell.against[i]) })),
    )

/** A cell without a comparable time any more has failed; one that the other run does not have was not checked. */
function stateOf(against: Against): Checked['state'] {
  if (against.kind === 'missing') return 'not known'
  if (against.kind !== 'compared' || against.aboveLimit === true) return 'failed'
  return against.aboveLimit === false ? 'passed' : 'not known'
}

/** What was checked in each run, what has failed, what is not known, and the verdict. */
export function gateLines(gate: readonly Checked[], comparison: Comparison, allowUnknown: boolean): string[] {
  const [first, ...others] = comparison.runs
  const checked = others.map(({ letter }) => {
    const cells = gate.filter((each) => each.letter === letter)
    const count = cells.filter(({ against }) => against.kind !== 'missing').length
    return `checked ${count} of ${cells.length} cells of ${first.letter} in ${letter}`
  })
  const failed = gate.flatMap(({ cell, letter, against, state }) => {
    if (state !== 'failed') return []
    const reason =
      against.kind === 'compared'
        ? `${formatInterval(against.ratio, against.interval, 3)} times the step`
        : `${against.kind}: ${against.reason}`
    return [`failed: ${cell.label} in ${letter}: ${reason}`]
  })
  const unknown = others.flatMap(({ letter }, i) => unknownLines(comparison, i + 1, letter))
  const verdict = failed.length > 0 ? [] : [conclusionOf(gate, first.letter, comparison.limit!, allowUnknown)]
  return [...checked, ...failed, ...unknown, ...verdict].map((line) => `gate: ${line}`)
}

/** Of a gate without a failure. */
function conclusionOf(gate: readonly Checked[], first: string, limit: number, allowUnknown: boolean): string {
  if (gate.every(({ against }) => against.kind !== 'compared')) return 'failed: nothing could be compared'
  const left = gate.filter(({ state }) => state === 'not known').length
  const than = `slower than in ${first} by more than ${limitText(limit)}`
  if (left === 0) return `passed: no step is ${than}`
  return `${allowUnknown ? 'passed, though' : 'not known:'} ${left} of ${gate.length} cells may be ${than}`
}

/** The cells that were measured and still are not known, and what would tell. */
function unknownLines(comparison: Comparison, run: number, letter: string): string[] {
  const { limit } = comparison
  const found = ratiosOf(comparison, run)
  const unknown = found.filter(({ against }) => against.aboveLimit === undefined)
  if (unknown.length === 0) return []
  const texts = unknown.map(
    ({ cell, against }) => `${cell.label} ${formatInterval(against.ratio, against.interval, 3)}`,
  )
  const hint = hintOf(
    unknown.map(({ against }) => against),
    (measured) => isAbove(measured, found.length * (pAbove(measured, limit) ?? 1), limit) !== undefined,
  )
  return [`not known in ${letter}: ${texts.join(', ')}. ${hint}`.trimEnd()]
}

/** With the digits that the user gave. */
export const limitText = (limit: number): string => `${Number((100 * limit).toFixed(2))} %`
