/** A half-open range of whole numbers: it contains `from` and not `to`. */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface Rectangle {
  readonly rows: Span
  readonly columns: Span
}

export const length = (span: Span): number => span.to - span.from

export const isEmpty = (span: Span): boolean => span.from >= span.to

export const isSame = (a: Span, b: Span): boolean => a.from === b.from && a.to === b.to

export const isSameRectangle = (a: Rectangle, b: Rectangle): boolean =>
  isSame(a.rows, b.rows) && isSame(a.columns, b.columns)

export const intersection = (a: Span, b: Span): Span => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) })

export const overlap = (a: Span, b: Span): boolean => a.from < b.to && b.from < a.to

/** Cuts a span into `parts` contiguous ones whose lengths differ by at most one, longer ones first; some may be empty. */
export function split(span: Span, parts: number): Span[] {
  const size = Math.floor(length(span) / parts)
  const longer = length(span) % parts
  const spans: Span[] = []
  let from = span.from
  for (let part = 0; part < parts; part++) {
    const to = from + size + (part < longer ? 1 : 0)
    spans.push({ from, to })
    from = to
  }
  return spans
}

/**
 * Cuts 0 … `size` into `parts` contiguous spans that begin at multiples of `grain`, as equal as that allows, so that only
 * one rank writes to each cache line of a matrix row. Some are empty if there are too few grains.
 */
export const splitAligned = (size: number, parts: number, grain: number): Span[] =>
  split({ from: 0, to: Math.ceil(size / grain) }, parts).map(({ from, to }) => ({
    from: Math.min(from * grain, size),
    to: Math.min(to * grain, size),
  }))

/**
 * The name of a set of samples, such as those whose contributions a gradient holds: `0:32` or `0:32,64:96`. Adjacent
 * spans are joined, so equal sets have equal names.
 *
 * @throws RangeError if a sample is counted twice
 */
export function samplesVersion(spans: readonly Span[]): string {
  // Most versions are one span; a large plan asks for a million of them.
  if (spans.length === 1) return isEmpty(spans[0]) ? '' : nameOf(spans[0])
  const joined: Span[] = []
  for (const span of spans.filter((each) => !isEmpty(each)).sort((a, b) => a.from - b.from)) {
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

const samplesOf = (version: string): Span[] =>
  version.split(',').flatMap((span) => {
    const [from, to] = span.split(':').map(Number)
    return span === '' ? [] : [{ from, to }]
  })
