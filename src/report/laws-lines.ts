import type { Fit, Parameter, Refusal } from '../measure/laws/fit.ts'

/**
 * What the laws say about a series, in a line: "data owner: Amdahl σ 0.021 [0.018, 0.024], off by up to 1.2 %; no USL: 4
 * distinct thread counts, USL needs at least 5".
 */
export function lawsLine(series: string, findings: readonly (Fit | Refusal)[]): string {
  // The first part of a name is the mode; others, such as zero-bubble, have hyphens of their own.
  const name = series.replace('-', ' ')
  const refused = findings.filter((finding) => finding.status === 'refused')
  if (refused.length === findings.length) return `${name}: no law is fitted: ${reasonOf(refused)}`
  return `${name}: ${findings.map((finding) => (finding.status === 'ok' ? fitted(finding) : `no ${finding.law.title}: ${finding.reason}`)).join('; ')}`
}

/** All that were refused have as many thread counts. */
const reasonOf = ([first, ...others]: readonly Refusal[]): string =>
  [first.reason, ...others.map(({ law }) => `${law.title} at least ${law.fewest}`)].join(', ')

const fitted = ({ law, parameters, largestError }: Fit): string =>
  `${law.title} ${parameters.map(estimated).join(', ')}, off by up to ${(100 * largestError).toFixed(1)} %`

function estimated({ symbol, value, interval: { low, high } }: Parameter): string {
  const interval = ` [${significant(low)}, ${significant(high)}]`
  if (value === undefined) return `no ${symbol}${low === high ? '' : interval}`
  return `${symbol} ${significant(value)}${interval}`
}

const DIGITS = 3

const significant = (value: number): string =>
  value === Infinity ? '∞' : String(Number(value.toPrecision(DIGITS)))
