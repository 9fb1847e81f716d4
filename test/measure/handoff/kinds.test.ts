import { describe, expect, it } from 'vitest'
import { measureBarriers, measureOneWay, measureRoundTrips } from '../../../src/measure/handoff/between-ranks.ts'
import { measureStartUp, measureTasks } from '../../../src/measure/handoff/from-main.ts'
import type { Measurement } from '../../../src/measure/handoff/measurement.ts'
import { METHODS } from '../../../src/measure/handoff/one-way-rank.ts'

const PACE = { warmUpMs: 0, measuredMs: 20, fewest: 5, most: 200 }
const { signal } = new AbortController()
/** As on few cores and on many: the ranks wait in other ways. */
const CORES = [1, 64]

async function all(measurements: AsyncIterable<Measurement>): Promise<Measurement[]> {
  const found: Measurement[] = []
  for await (const measurement of measurements) found.push(measurement)
  for (const { tries, minNs, medianNs, p95Ns } of found) {
    expect(tries).toBeGreaterThanOrEqual(PACE.fewest)
    expect(minNs).toBeGreaterThan(0)
    expect(medianNs).toBeGreaterThanOrEqual(minNs)
    expect(p95Ns).toBeGreaterThanOrEqual(medianNs)
  }
  return found
}

const wrongs = (measurements: readonly Measurement[]) => measurements.map(({ wrong }) => wrong)

describe.each(CORES)('with %i cores, nothing goes wrong', (cores) => {
  const conditions = { cores, signal }

  it('on round trips through counters and in messages', async () => {
    const found = await all(measureRoundTrips(conditions, PACE))
    expect(found.map(({ method }) => method)).toEqual(['spin-then-wait', 'spin', 'wait', 'MessagePort'])
    expect(wrongs(found)).toEqual([0, 0, 0, 0])
  })

  it('in a barrier of any number of threads', async () => {
    const found = await all(measureBarriers(conditions, [2, 3, 5], PACE))
    expect(found.map(({ threads }) => threads)).toEqual([2, 3, 5])
    expect(wrongs(found)).toEqual([0, 0, 0])
  })

  it('one way, by each method and for any size', async () => {
    const sizes = [4, 12, 65_540]
    const found = await all(measureOneWay(conditions, sizes, PACE))
    expect(found.map(({ method, bytes }) => [method, bytes])).toEqual(
      METHODS.flatMap((method) => sizes.map((bytes) => [method, bytes])),
    )
    expect(new Set(wrongs(found))).toEqual(new Set([0]))
    for (const { method, bytes, medianNs, algbw } of found) {
      const moves = method === 'clone' || method === 'copy'
      expect(algbw).toBe(moves ? bytes! / medianNs : undefined)
    }
  })
})

describe('the pool and the start of threads', () => {
  const conditions = { cores: 2, signal }

  it('are measured with every setting of atomics', async () => {
    const found = await all(measureTasks(conditions, PACE))
    expect(found.map(({ method }) => method)).toEqual([
      'Piscina task, sync',
      'Piscina task, async',
      'Piscina task, disabled',
    ])
    expect(wrongs(found)).toEqual([0, 0, 0])
  })

  it('are measured for a worker and for pools of some sizes', async () => {
    const found = await all(measureStartUp(conditions, [1, 3], PACE))
    expect(found.map(({ method, threads, wrong }) => [method, threads, wrong])).toEqual([
      ['Worker', 1, 0],
      ['Piscina', 1, 0],
      ['Piscina', 3, 0],
    ])
  })
})

describe('what is handed over wrongly is counted:', () => {
  const conditions = { cores: 64, signal, worker: new URL('liar.js', import.meta.url) }

  it('a stale payload', async () => {
    for await (const { method, tries, wrong } of measureOneWay(conditions, [256], PACE)) {
      if (method === 'shared' || method === 'copy') expect(wrong).toBeGreaterThanOrEqual(tries)
    }
  })

  it('a barrier that does not hold', async () => {
    for await (const { wrong } of measureBarriers(conditions, [2], PACE)) expect(wrong).toBeGreaterThan(0)
  })
})
