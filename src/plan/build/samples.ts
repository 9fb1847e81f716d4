import { isEmpty, type Span } from '../span.ts'

/**
 * The version of a gradient: the set of samples whose contributions it holds, written `0:32` or `0:32,64:96`. Adjacent
 * spans are joined, so equal sets have equal names.
 *
 * @throws RangeError if a sample is counted twice
 */
export function samplesVersion(spans: readonly Span[]): string {
  // Most versions are one span; a large plan asks for a million of them.
  if (spans.length === 1) return isEmpty(spans[0]) ? '' : nameOf(spans[0])
  const sorted = spans.filter((span) => span.to > span.from).sort((a, b) => a.from - b.from)
  const joined: Span[] = []
  for (const span of sorted) {
    const last = joined.at(-1)
    if (last && last.to > span.from) throw new RangeError(`samples ${span.from} to ${last.to} are counted twice`)
    if (last?.to === span.from) joined[joined.length - 1] = { from: last.from, to: span.to }
    else joined.push(span)
  }
  return joined.map(nameOf).join(',')
}

const nameOf = ({ from, to }: Span): string => `${from}:${to}`

/** The version of a sum of gradients. @throws RangeError if a sample is counted twice */
export const mergedVersion = (versions: readonly string[]): string => samplesVersion(versions.flatMap(samplesOf))

function samplesOf(version: string): Span[] {
  if (version === '') return []
  return version.split(',').map((span) => {
    const [from, to] = span.split(':').map(Number)
    return { from, to }
  })
}
