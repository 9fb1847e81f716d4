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

/** What a rank answers: the nanoseconds of its tries, if it takes the times, and how many were wrong. */
export interface Part {
  readonly samples: readonly number[]
  readonly wrong: number
}

/** The tries of one measurement, with warm-up. `clock` gives milliseconds. */
export function createTries(pace: Pace, clock: () => number = () => performance.now()) {
  const samples: number[] = []
  const part = { samples, wrong: 0 }
  const begun = clock()
  let warmed = 0
  let measuredFrom: number | undefined
  return {
    part,
    /** Whether to make another try. Asked before each. */
    goOn(): boolean {
      const now = clock()
      if (measuredFrom === undefined) {
        if (warmed < WARM_UP_TRIES || now - begun < pace.warmUpMs) return true
        measuredFrom = now
      }
      if (samples.length < pace.fewest) return true
      return samples.length < pace.most && now - measuredFrom < pace.measuredMs
    },
    /** Notes the nanoseconds of a try, unless it belongs to the warm-up. In the warm-up, too, nothing may be wrong. */
    record(ns: number, isRight = true): void {
      if (!isRight) part.wrong++
      if (measuredFrom === undefined) warmed++
      else samples.push(ns)
    },
  }
}
