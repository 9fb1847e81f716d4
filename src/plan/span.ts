/** A half-open range of whole numbers: `from` belongs to it, `to` does not. */
export interface Span {
  readonly from: number
  readonly to: number
}

export const length = (span: Span): number => span.to - span.from

export const isEmpty = (span: Span): boolean => span.from >= span.to

export const overlap = (a: Span, b: Span): boolean => a.from < b.to && b.from < a.to

/** Cuts a span into `parts` contiguous ones whose lengths differ by at most one, the longer first; some are empty if it is short. */
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
 * Cuts 0 … `size` into `parts` contiguous spans that begin at multiples of `grain`, as equal as that allows: what lies in
 * rows of a matrix is then written by one rank per cache line. Some are empty if there are too few grains.
 */
export const splitAligned = (size: number, parts: number, grain: number): Span[] =>
  split({ from: 0, to: Math.ceil(size / grain) }, parts).map(({ from, to }) => ({
    from: Math.min(from * grain, size),
    to: Math.min(to * grain, size),
  }))
