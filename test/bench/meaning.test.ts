import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { EXPERIMENTS } from '../../bench/commands.ts'
import { openData } from '../../bench/run/data.ts'
import { parse, refusal, scaling } from './command-lines.ts'
import { start } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'meaning-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const schedule = join(folder, 'schedule.csv')
writeFileSync(schedule, '0F0,0F1,0B0,0B1\n1F0,1B0,1F1,1B1\n')

/** Options that a command took and ignored. */
const IGNORED: readonly (readonly [command: string, option: string])[] = [
  ['combine', '--layers 20-30-10'],
  ['combine', '--model C'],
  ['combine', '--batch 8'],
  ['combine', '--schedule gpipe'],
  ['combine', '--reduction ring'],
  ['combine', '--modes data'],
  ['combine', '--grid 2x1x1'],
  ['plan', '--dataset nonsense.csv'],
  ['simulate', '--dataset nonsense.csv'],
  ['simulate', '--memory-per-rank 64KiB'],
  ['weak', `--schedule-file ${schedule}`],
  ['weak', '--schedule gpipe'],
  ['weak', '--grid 2x1x1'],
  ['growth', '--modes data'],
  ['growth', '--schedule gpipe'],
  ['growth', '--threads 2'],
  ['bubble', '--microbatches 4'],
  ['bubble', '--modes data'],
  ['bubble', `--schedule-file ${schedule}`],
  ['memory', '--pin'],
  ['memory', '--seed 3'],
  ['kernels', '--threads 2'],
  ['handoff', '--modes data'],
  ['compare', '--threads 2'],
  ['report', '--json'],
]

describe('an option that a command has no use for', () => {
  it.each(IGNORED)('is refused: %s %s', (command, option) => {
    const [flag] = option.split(' ')
    expect(refusal(`${command} ${option}`)).toBe(`${flag} has no meaning for ${command}; see ${command} --help`)
  })

  it('is refused by the program with one line and exit code 2', async () => {
    const { code, stdout, stderr } = await start('main', ['weak', '--schedule', 'gpipe'])
    const line = 'error: --schedule has no meaning for weak; see weak --help\n'
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: line })
  })

  it('is a mode that does not grow with the batch, and a schedule file without a mode that has a schedule', () => {
    expect(refusal('weak --modes layer')).toBe('--modes layer: expected all, or a comma list of data, tensor')
    expect(refusal(`plan --modes data --schedule-file ${schedule}`)).toBe(
      `--schedule-file ${schedule}: expected with a mode that has a schedule, not with --modes data`,
    )
  })

  it('is not one that all takes for some of its experiments', () => {
    for (const { takes } of EXPERIMENTS) {
      expect(Object.keys(parse('all'))).toEqual(expect.arrayContaining(takes.filter((key) => key in parse(''))))
    }
  })
})

describe('an option that growth takes', () => {
  it('is the number of microbatches, which its pipeline has', () => {
    const growth = EXPERIMENTS.find(({ name }) => name === 'growth')!
    expect(growth.takes).toContain('microbatches')
    const options = scaling('--layers 20-16-16-10 --microbatches 3')
    const experiment = growth.build(options, openData(options), 2)
    expect(experiment.skipped).toEqual([])
  })
})
