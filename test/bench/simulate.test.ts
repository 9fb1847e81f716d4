import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { start } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'simulate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const simulate = (line: string) => start('main', ['simulate', ...line.split(' ')])

const COLUMNS = 8

/** The rows of the printed table. */
const tableOf = (stdout: string): string[][] =>
  stdout
    .split('\n')
    .map((line) => line.split(/ {2,}/))
    .filter(({ length }) => length === COLUMNS)
    .slice(1)

const bubble = ({ stdout }: { stdout: string }): number => Number.parseFloat(tableOf(stdout)[0][5])

describe('the command simulate', () => {
  it('predicts any grid from a rate, without running it', async () => {
    const { code, stdout } = await simulate('--modes data,pipeline --threads 2,4 --gflops 50')
    expect(code).toBe(0)
    const rows = tableOf(stdout)
    expect(rows.map(([cell, ranks]) => [cell, ranks])).toEqual([
      ['data-owner-2', '2'],
      ['data-owner-4', '4'],
      ['pipeline-1f1b-2', '2'],
      ['pipeline-1f1b-4', '4'],
    ])
    const [, , , speedup, efficiency] = rows[0]
    expect(Number(speedup)).toBeGreaterThan(1.8)
    expect(Number.parseFloat(efficiency)).toBeCloseTo(50 * Number(speedup), -1)
  })

  it('says whether products were timed here or have one rate', async () => {
    const small = '--layers 30-20-20-5 --batch 8 --threads 2 --modes pipeline'
    const [timed, rated] = await Promise.all([simulate(small), simulate(`${small} --gflops 50`)])
    expect([timed.code, rated.code]).toEqual([0, 0])
    expect(timed.stdout).toMatch(/products as timed here by size/)
    expect(timed.stdout).toMatch(/\d+ sizes of products timed here in/)
    expect(rated.stdout).toMatch(/50\.0 GFLOP\/s a rank, whatever the size/)
    expect(rated.stdout).not.toMatch(/timed here/)
  })

  it('takes a thousand ranks, on several machines too, which is slower', async () => {
    const many = '--grid 1x1024x1 --microbatches 64 --gflops 90'
    const [alone, cluster] = await Promise.all([simulate(many), simulate(`${many} --machines 16 --latency-us 100`)])
    expect([alone.code, cluster.code]).toEqual([0, 0])
    // (p − 1)/(m + p − 1) is 94.1 %; the first stage has less to do than the others.
    expect(bubble(alone)).toBeGreaterThan(93)
    expect(bubble(cluster)).toBeGreaterThan(bubble(alone))
    expect(alone.stdout).toMatch(/not proven beforehand, as a run would: 1 of 1 plans/)
  })

  it('takes the times of instructions from the calibration of a run', async () => {
    const model = '--layers 30-20-20-5 --batch 24 --modes data --reduction owner --threads 2'
    const out = join(folder, 'run')
    const run = [...model.split(' '), '--blocks', '1', '--steps', '3', '--out', out]
    expect((await start('main', run)).code).toBe(0)
    const { code, stdout } = await simulate(`${model} --calibration ${join(out, 'calibration.csv')}`)
    expect(code).toBe(0)
    // Nothing is left to be estimated from a rate.
    expect(stdout).not.toMatch(/shapes at the rate/)
    expect(tableOf(stdout)).toHaveLength(1)
  })
})
