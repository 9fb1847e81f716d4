import type { Fit, Parameter, Refusal } from '../../measure/laws/fit.ts'
import { percent } from './format.ts'

/** A series, with each law's fit or the reason that there is none. */
export interface Held {
  readonly series: string
  readonly findings: readonly (Fit | Refusal)[]
}

/**
 * A sentence per series: "data owner: Amdahl σ 0.021 [0.018, 0.024], off by up to 1.2 %; no USL: 4 distinct thread
 * counts, USL needs at least 5". Series without a fit share one for each reason.
 */
export function lawsLines(held: readonly Held[]): string[] {
  const refused = new Map<string, string[]>()
  const lines: string[] = []
  for (const { series, findings } of held) {
    // The first part of a name is the mode; others, such as zero-bubble, have hyphens of their own.
    const name = series.replace('-', ' ')
    if (findings.some(({ status }) => status === 'ok')) {
      lines.push(`${name}: ${findings.map(findingText).join('; ')}`)
    } else {
      const reason = reasonOf(findings.filter((finding) => finding.status === 'refused'))
      refused.set(reason, [...(refused.get(reason) ?? []), name])
    }
  }
  return [...lines, ...[...refused].map(([reason, names]) => `${names.join(', ')}: no law is fitted: ${reason}`)]
}

/** The refusals of a series rest on the same thread counts. */
const reasonOf = ([first, ...others]: readonly Refusal[]): string =>
  [first.reason, ...others.map(({ law }) => `${law.title} at least ${law.fewest}`)].join(', ')

function findingText(finding: Fit | Refusal): string {
  if (finding.status === 'refused') return `no ${finding.law.title}: ${finding.reason}`
  const { law, parameters, largestError } = finding
  return `${law.title} ${parameters.map(estimated).join(', ')}, off by up to ${percent(largestError, 1)}`
}

function estimated({ symbol, value, interval: { low, high } }: Parameter): string {
  const interval = ` [${significant(low)}, ${significant(high)}]`
  if (value === undefined) return `no ${symbol}${low === high ? '' : interval}`
  return `${symbol} ${significant(value)}${interval}`
}

const DIGITS = 3

const significant = (value: number): string => (value === Infinity ? '∞' : String(Number(value.toPrecision(DIGITS))))
