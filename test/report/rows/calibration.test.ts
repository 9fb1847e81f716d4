import { describe, expect, it } from 'vitest'
import type { Calibration } from '../../../src/measure/prediction/calibrate.ts'
import { csvText } from '../../../src/report/folder/csv.ts'
import { CALIBRATION_COLUMNS, readCalibration, timedOf } from '../../../src/report/rows/calibration.ts'
import { rateOf } from '../../../src/simulate/calibrated.ts'
import { RUN } from '../run.ts'

const FORWARD = { name: 'forward 4x8x8 relu', flop: 512 }
const REDUCE = { name: 'reduce 2 of 4x8', flop: 0 }
const keyOf = (shape: typeof FORWARD, footprintKib: number) => ({
  name: `${shape.name} of ${footprintKib} KiB`,
  shape,
  footprintKib,
})
const timing = (shape: typeof FORWARD, kib: number, ...times: [threads: number, medianNs: number][]) => {
  const key = keyOf(shape, kib)
  const byThreads = new Map(times.map(([threads, medianNs]) => [threads, { medianNs, minNs: 90, rounds: [] }]))
  return [key.name, { key, byThreads }] as const
}

const calibration: Calibration = {
  timings: new Map([
    timing(FORWARD, 64, [1, 100]),
    timing(FORWARD, 128, [1, 300], [2, 900]),
    timing(REDUCE, 64, [1, 50]),
  ]),
  signals: new Map([
    [
      2,
      {
        publishNs: 50,
        watchedNs: 90,
        handoffNs: 150,
        wakingNs: 50_000,
        barrierNs: 130,
        readNs: 0,
        gigabytesPerSecond: 10,
      },
    ],
  ]),
  shapes: 3,
  seconds: 1.5,
}
const lines = csvText(CALIBRATION_COLUMNS, timedOf({ ...RUN, experiment: 'weak' }, 0, calibration), true).split('\n')

/** The file as it was before instruction, footprint and flop had columns of their own. */
const older = lines.map((line) => line.split(',').slice(0, 6).join(',')).join('\n')

describe('the file of a calibration', () => {
  it('has the columns that older files have, and then those of the key', () => {
    expect(lines.slice(0, 2)).toEqual([
      'run_id,experiment,shape,threads,median_ns,min_ns,instruction,footprint_kib,flop,block',
      'run,weak,forward 4x8x8 relu of 64 KiB,1,100,90,forward 4x8x8 relu,64,512,0',
    ])
    expect(lines).toContain('run,weak,handoff,2,150,,,,,0')
  })

  it('is read back for one thread, the median over the footprints', () => {
    const { times, handoffNs } = readCalibration(lines.join('\n'))
    expect([...times]).toEqual([
      ['forward 4x8x8 relu', { ns: 200, flop: 512 }],
      ['reduce 2 of 4x8', { ns: 50, flop: 0 }],
    ])
    expect(rateOf(times)).toBe(512 / 200)
    expect(handoffNs).toBe(150)
  })

  it('is read from an older run, without a rate', () => {
    const { times, handoffNs } = readCalibration(older)
    expect([...times]).toEqual([
      ['forward 4x8x8 relu', { ns: 200, flop: undefined }],
      ['reduce 2 of 4x8', { ns: 50, flop: undefined }],
    ])
    expect(rateOf(times)).toBeUndefined()
    expect(handoffNs).toBe(150)
  })

  it('is refused if it is another file', () => {
    expect(() => readCalibration('a,b\n1,2\n')).toThrow('it has no column shape')
  })
})
