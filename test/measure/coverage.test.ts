import { describe, expect, it } from 'vitest'
import { random } from '../../src/model/random.ts'
import { isDifferent, pairedRatios, type Timed } from '../../src/measure/noise.ts'
import { median, medianInterval } from '../../src/measure/statistics.ts'
import { ratioInterval } from '../../src/report/compare/ratio.ts'

// Seeded simulations of runs, at the sizes that runs have. The true ratio of two cells is known; so is whether an interval
// holds it.

const RUNS = 4000
/** The default: from 6 sessions on until the interval is this narrow, or the budget allows no more. */
const FEWEST = 6
const MOST = 12
const PRECISION = 0.02
const QUICK = 3

type Generator = ReturnType<typeof random>
type Noise = (generator: Generator) => number

/** Noise of one session, as the logarithm of a time. */
const NOISES: Readonly<Record<string, Noise>> = {
  'normal noise': ({ normal }) => 0.012 * normal(),
  'heavy tails': ({ normal }) => (0.01 * normal()) / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3),
  'bursts of another program': ({ normal, uniform }) => 0.01 * normal() + (uniform() < 0.15 ? 0.3 * uniform() : 0),
}

/** A machine whose speed wanders from session to session, for all cells alike. */
function* drift({ normal }: Generator): Drift {
  let speed = 0
  for (;;) yield (speed = 0.9 * speed + 0.03 * normal())
}
type Drift = globalThis.Generator<number, never>

const timed = (logs: readonly number[]): Timed[] =>
  logs.map((log, block) => ({ block, stepNs: [Math.exp(log)], warmUp: 0 }))

/** Two cells of equal speed, measured side by side in some sessions. */
function sessions(generator: Generator, noise: Noise) {
  const speed = drift(generator)
  const [serial, other]: number[][] = [[], []]
  return {
    add() {
      const common = speed.next().value
      serial.push(common + noise(generator))
      other.push(common + noise(generator))
    },
    ratios: () => pairedRatios(timed(other), timed(serial)),
    times: () => timed(serial),
  }
}

function defaultRun(generator: Generator, noise: Noise): number[] {
  const run = sessions(generator, noise)
  for (let count = 1; count <= MOST; count++) {
    run.add()
    const interval = medianInterval(run.ratios())
    if (count < FEWEST || !interval) continue
    const middle = median(run.ratios())
    if (interval.high - middle <= PRECISION * middle && middle - interval.low <= PRECISION * middle) break
  }
  return run.ratios()
}

function quickRun(generator: Generator, noise: Noise): number[] {
  const run = sessions(generator, noise)
  for (let count = 0; count < QUICK; count++) run.add()
  return run.ratios()
}

const share = (count: number, holds: (generator: Generator) => boolean): number => {
  const generator = random(7)
  return Array.from({ length: count }, () => holds(generator)).filter(Boolean).length / count
}

describe.each(Object.entries(NOISES))('with %s and a machine that drifts', (_, noise) => {
  it.each([
    ['default', defaultRun],
    ['--quick', quickRun],
  ])('the 95 %% interval of a speed-up in a %s run holds the true one in at least 94 %% of runs', (_name, run) => {
    const held = share(RUNS, (generator) => {
      const { low, high } = medianInterval(run(generator, noise))!
      return low <= 1 && high >= 1
    })
    expect(held).toBeGreaterThanOrEqual(0.94)
  })

  it.each([
    ['default', defaultRun],
    ['--quick', quickRun],
  ])('a %s run calls serial different from itself at most 6 times in 100', (_name, run) => {
    expect(share(RUNS, (generator) => isDifferent(medianInterval(run(generator, noise))) === true)).toBeLessThanOrEqual(
      0.06,
    )
  })

  it.each([QUICK, FEWEST, 9])('the interval of a ratio of two runs of %i sessions holds the true one', (count) => {
    const run = (generator: Generator): Timed[] => timed(Array.from({ length: count }, () => noise(generator)))
    const held = share(RUNS, (generator) => {
      const { low, high } = ratioInterval(run(generator), run(generator))!
      return low <= 1 && high >= 1
    })
    expect(held).toBeGreaterThanOrEqual(0.94)
  })
})

describe('a difference that is there', () => {
  it('of 5 % is found by most default runs', () => {
    const found = share(1000, (generator) => {
      const ratios = defaultRun(generator, NOISES['normal noise']).map((ratio) => 1.05 * ratio)
      return isDifferent(medianInterval(ratios)) === true
    })
    expect(found).toBeGreaterThan(0.8)
  })
})
