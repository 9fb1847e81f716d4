import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse, refusal, scaling, train } from './command-lines.ts'

describe('a schedule file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schedule-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const fileOf = (name: string, text: string): string => {
    const path = join(folder, `${name}.csv`)
    writeFileSync(path, text)
    return path
  }
  const good = fileOf('good', '0F0,0F1,0F2,0B0,0B1,0B2\n1F0,1I0,1F1,1I1,1W0,1W1,1F2,1B2\n')

  it('decides over the mode, the threads and the microbatches', () => {
    const options = scaling(`--schedule-file ${good}`)
    expect(options).toMatchObject({ modes: ['pipeline'], threads: [2], microbatches: 3, scheduleFile: good })
    expect(options.table?.map((row) => row.length)).toEqual([6, 8])
    expect(parse(`plan --schedule-file ${good}`)).toMatchObject({ command: 'plan', threads: [2] })
    expect(train(`--schedule-file ${good}`)).toMatchObject({ modes: ['pipeline'], microbatches: 3 })
  })

  it('may be run in modes of one’s choice, which have to fit it', () => {
    const line = `--schedule-file ${good} --modes serial,pipeline,hybrid`
    expect(scaling(`${line} --grid 2x2x1 --batch 30`).modes).toEqual(['serial', 'pipeline', 'hybrid'])
    expect(refusal(`${line} --grid 1x3x1`)).toBe('--grid 1x3x1: the schedule file is for 2 ranks, not for 3')
    expect(refusal(`--schedule-file ${good} --threads 3`)).toBe(
      '--threads 3 with --modes pipeline: the schedule file is for 2 ranks, not for 3',
    )
    expect(refusal(`--schedule-file ${good} --batch 2`)).toBe(
      "--modes pipeline: 3 microbatches need at least 3 samples; a rank's share of the batch has 2",
    )
  })

  it('stands instead of a named schedule and of a number of microbatches', () => {
    expect(refusal(`--schedule-file ${good} --schedule gpipe`)).toBe(
      `--schedule-file ${good}: expected without --schedule`,
    )
    expect(refusal(`--schedule-file ${good} --microbatches 4`)).toBe(`--microbatches 4: expected 3, as in ${good}`)
    expect(scaling(`--schedule-file ${good} --microbatches 3`).microbatches).toBe(3)
  })

  it.each([
    [
      'deadlock',
      '0F0,0B0,,0F1,0B1\n1F0,1F1,1B0,1B1\n',
      'rank 0, step 1: deadlock: 0B0 (rank 0, step 1) waits for 1B0 (rank 1, step 2), and 1F1 (rank 1, step 1) waits for 0F1 (rank 0, step 3)',
    ],
    [
      'missing-microbatch',
      '0F0,0B0\n1F0,1F1,1B0,1B1\n',
      'rank 0, step 2: the row ends, but stage 0 has no F of microbatch 1',
    ],
    ['wrong-order', '0F0,0F1,0B1,0B0\n1F0,1F1,1B0,1B1\n', 'rank 0, step 2: 0B1 comes before 0B0 (rank 0, step 3)'],
    ['empty', '', 'rank 0, step 0: the row is empty'],
    ['prose', 'forward, then backward', 'rank 0, step 0: "forward" is not an action'],
  ])('that is broken is refused with rank, step and reason: %s', (name, text, reason) => {
    const path = fileOf(name, text)
    const message = refusal(`--schedule-file ${path}`)
    expect(message).toContain(`--schedule-file ${path}: ${reason}`)
    expect(message).not.toContain('\n')
  })

  it('that cannot be read is refused with the reason', () => {
    const missing = join(folder, 'missing.csv')
    expect(refusal(`--schedule-file ${missing}`)).toMatch(/missing\.csv: cannot be read: .*no such file/)
    expect(refusal(`--schedule-file ${folder}`)).toMatch(/: cannot be read: /)
    expect(refusal('--schedule-file=')).toBe('--schedule-file "": expected the path of a schedule file')
  })
})
