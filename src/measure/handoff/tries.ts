/** How long a measurement takes. */
export interface Pace {
  /** Duration of tries that do not count: V8 compiles, caches fill, clocks rise. */
  readonly warmUpMs: number
  /** Duration of the tries that count; there are at least `fewest` and at most `most`. */
  readonly measuredMs: number
  readonly fewest: number
  readonly most: number
}

/** At least, however slow they are: the first tries are never typical. */
const WARM_UP_TRIES = 3

export interface Tries {
  /** Whether to make another try. Asked before each. */
  goOn(): boolean
  /** Notes the nanoseconds of a try, unless it belongs to the warm-up. */
  record(ns: number): void
  readonly samples: readonly number[]
}

/** The tries of one measurement, with warm-up. `clock` gives milliseconds. */
export function createTries(pace: Pace, clock: () => number = () => performance.now()): Tries {
  const samples: number[] = []
  const begun = clock()
  let warmed = 0
  let measuredFrom: number | undefined
  return {
    samples,
    goOn() {
      const now = clock()
      if (measuredFrom === undefined) {
        if (warmed < WARM_UP_TRIES || now - begun < pace.warmUpMs) return true
        measuredFrom = now
      }
      if (samples.length < pace.fewest) return true
      return samples.length < pace.most && now - measuredFrom < pace.measuredMs
    },
    record(ns) {
      if (measuredFrom === undefined) warmed++
      else samples.push(ns)
    },
  }
}
