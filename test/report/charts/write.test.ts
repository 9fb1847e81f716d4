import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'csv-stringify/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeCharts } from '../../../src/report/charts/write.ts'
import { FolderError } from '../../../src/report/folder/run-folder.ts'
import { MACHINE, summaryRow } from './rows.ts'
import { elementsOf } from './svg.ts'

const MAIN = fileURLToPath(new URL('../../../bench/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'charts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The folder of a run that holds these files. */
function runFolder(name: string, files: Record<string, string>): string {
  const path = join(folder, name)
  mkdirSync(path)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text)
  return path
}

const machine = JSON.stringify(MACHINE)
const summary = stringify(
  [1, 2].map((threads) => summaryRow(`tensor-${threads}`)),
  { header: true },
)
const report = (...args: string[]) => spawnSync(process.execPath, [MAIN, 'report', ...args], { encoding: 'utf8' })

describe('the charts of a run', () => {
  let path = ''
  let lines: string[] = []
  beforeAll(async () => {
    path = runFolder('run', { 'machine.json': machine, 'summary.csv': summary })
    lines = await writeCharts(path)
  })

  it('are written beside its files, as far as it has what they show', () => {
    for (const name of ['speedup.svg', 'efficiency.svg', 'throughput.svg']) {
      expect(lines).toContain(join(path, name))
      expect(elementsOf(readFileSync(join(path, name), 'utf8')).length).toBeGreaterThan(20)
    }
  })

  it('that are not made say in a line what is missing', () => {
    expect(lines.filter((line) => line.includes('not made'))).toEqual([
      'ledger.svg: not made, there is no ledger.csv',
      'bubble.svg: not made, no pipelines differ in their microbatches alone',
      'growth.svg: not made, there is no growth.csv',
      'timeline.svg: not made, there is no trace.json, or no step in it',
    ])
  })

  it('are made again by the command line, the same to the byte', () => {
    const before = readFileSync(join(path, 'speedup.svg'), 'utf8')
    rmSync(join(path, 'speedup.svg'))
    const { status, stdout, stderr } = report(path)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.trimEnd().split('\n')).toEqual(lines)
    expect(readFileSync(join(path, 'speedup.svg'), 'utf8')).toBe(before)
  })

  it('are none of a folder that is not there, not a folder, or not that of a run', async () => {
    await expect(writeCharts(join(folder, 'nowhere'))).rejects.toThrow(/nowhere: .*it does not exist$/)
    await expect(writeCharts(join(path, 'summary.csv'))).rejects.toThrow(/it is a file$/)
    await expect(writeCharts(runFolder('empty', {}))).rejects.toThrow(FolderError)
  })

  it('name the file that cannot be read', async () => {
    const broken = runFolder('broken', { 'machine.json': machine, 'summary.csv': 'a,b\n1,2,3\n' })
    await expect(writeCharts(broken)).rejects.toThrow(/summary\.csv: cannot be read: /)
  })
})

describe('the command line of the report', () => {
  it.each([
    [[join(folder, 'nowhere')], /^error: .*nowhere: expected the folder of a run; it does not exist\n$/],
    [[], /^error: report: expected the folders of runs\n$/],
  ])('answers %j with one line and exit code 2', (args, message) => {
    const { status, stdout, stderr } = report(...args)
    expect(stderr).toMatch(message)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  })
})
