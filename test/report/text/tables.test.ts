import { execFile } from 'node:child_process'
import { promisify, stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Cell } from '../../../src/cells/cell.ts'
import { summarise } from '../../../src/measure/summary.ts'
import type { Verdict } from '../../../src/measure/verify.ts'
import type { Judged } from '../../../src/measure/outcome.ts'
import { markdownTable } from '../../../src/report/text/markdown.ts'
import { memoryTable } from '../../../src/report/text/tables.ts'
import { scalingColumns, scalingTable, splitTable } from '../../../src/report/text/tables.ts'
import { idealBubble } from '../../../src/simulate/bubble.ts'
import { visitOf } from '../../measure/visits.ts'
import { smallCell } from '../../runtime/cells.ts'

const EXACT: Verdict = { match: 'exact', maxUlp: 0, sha256: '0123456789abcdef' }

const serial = smallCell('serial')
const data = smallCell('data', { threads: 2, reduction: 'gather' })
const pipeline = smallCell('pipeline', { threads: 2 })

const BLOCKS = [0, 1, 2, 3, 4, 5]
const visitsOf = (cell: Cell, ns: number) =>
  BLOCKS.map((block) => visitOf(cell, [ns], { block, spent: [{ 'wait-receive': ns / 4 }] }))
const reference = visitsOf(serial, 3e6)
const timed = (cell: Cell, ns: number, more: Partial<Judged> = {}): Judged => ({
  cell,
  summary: summarise(cell, visitsOf(cell, ns), reference),
  verdict: EXACT,
  status: 'ok',
  ...more,
})
const mismatch: Judged = {
  cell: data,
  summary: undefined,
  verdict: { ...EXACT, match: 'different' },
  status: 'mismatch',
}

/** The fields of each line, without borders and colours. */
const fields = (table: string): string[][] =>
  stripVTControlCharacters(table)
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('│')
        .map((field) => field.trim()),
    )

/** The fields of each line of a table without borders. */
const plainFields = (table: string): string[][] =>
  stripVTControlCharacters(table)
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/))

describe('the table of a scaling run', () => {
  it('has a column per number, and a line per cell in the given order', () => {
    const [head, ...lines] = fields(scalingTable([timed(serial, 3e6), timed(pipeline, 2e6, { differs: true })]))
    expect(head).toEqual([
      'mode',
      'schedule',
      'threads',
      'median step',
      'samples/s',
      'GFLOP/s',
      'speed-up',
      'efficiency (together)',
      'bubble (ideal)',
      'predicted',
      'match',
    ])
    expect(lines.map((line) => line[0])).toEqual(['serial', 'pipeline'])
    expect(lines[0].slice(0, 5)).toEqual(['serial', '', '1', '3.00 ms', '16000'])
    const [, second] = lines
    expect(second.slice(0, 5)).toEqual(['pipeline', '1f1b', '2', '2.00 ms', '24000'])
    expect(second.slice(6, 8)).toEqual(['1.50 [1.50, 1.50]', '75 %'])
    const ideal = (100 * idealBubble(pipeline.plan)).toFixed(0)
    expect(second[8]).toBe(`13 % (${ideal} %)`)
    expect(second[10]).toBe('exact')
  })

  it('names the reduction of data parallelism where pipelines have their schedule', () => {
    const [, line] = fields(scalingTable([timed(data, 2e6)]))
    expect(line.slice(0, 3)).toEqual(['data', 'gather', '2'])
  })

  it('says beside the thread count that threads outnumber cores', () => {
    const [, line] = fields(scalingTable([timed(data, 2e6, { status: 'oversubscribed' })]))
    expect(line[2]).toBe('2 (oversubscribed)')
  })

  it('has a line without numbers for a cell that was not timed, which says why', () => {
    const [, line] = fields(scalingTable([mismatch]))
    expect(line).toEqual(['data', 'gather', '2', '', '', '', '', '', '', '', 'mismatch'])
  })

  it('leaves the speed-up empty where there is nothing to compare with', () => {
    const summary = summarise(data, [visitOf(data, [2e6])], [])
    const [, line] = fields(scalingTable([timed(data, 2e6, { summary })]))
    expect(line.slice(6, 8)).toEqual(['', ''])
  })

  it('has a column of microbatches where pipelines differ in them', () => {
    const rows = [serial, pipeline, smallCell('pipeline', { threads: 2, microbatches: 3 })].map((cell) =>
      timed(cell, 2e6),
    )
    const table = fields(scalingTable(rows))
    const at = table[0].indexOf('microbatches')
    expect(table.map((line) => line[at])).toEqual(['microbatches', '', '6', '3'])
    expect(fields(scalingTable(rows.slice(0, 2)))[0]).not.toContain('microbatches')
    expect(plainFields(splitTable(rows)).map((line) => line.slice(0, 3))).toEqual([
      ['split', 'on', 'parts'],
      ['serial', '1', '2.00 ms'],
      ['pipeline, 1f1b', '2', '6'],
      ['pipeline, 1f1b', '2', '3'],
    ])
  })

  it('has a form for 80 columns', () => {
    const rows = [timed(serial, 3e6), timed(data, 2e6, { status: 'oversubscribed', differs: false }), mismatch]
    expect(plainFields(splitTable(rows))).toEqual([
      ['split', 'on', 'step', 'times as fast', 'wait (plan)', 'weights'],
      ['serial', '1', '3.00 ms', '1.00 [1.00, 1.00]', '25 % (0 %)', 'exact'],
      ['data, gather', '2*', '2.00 ms', '≈ 1.50 [1.50, 1.50]', '13 % (0 %)', 'exact'],
      ['data, gather', '2', 'mismatch'],
    ])
    const widest = Math.max(
      ...stripVTControlCharacters(splitTable(rows))
        .split('\n')
        .map((line) => line.length),
    )
    expect(widest).toBeLessThanOrEqual(80)
  })

  it('can be pasted as Markdown', () => {
    const { head, rows } = scalingColumns([timed(serial, 3e6), mismatch])
    const [first, second, , last] = markdownTable(head, rows).split('\n')
    expect(first).toMatch(/^\| mode \| schedule \| threads \|/)
    expect(second).toMatch(/^\| --- \|/)
    expect(last).toMatch(/^\| data \| gather \| 2 \|.*\| mismatch \|$/)
  })

  it.each(['impossible', 'not-finite'] as const)('says of a cell with times that it is %s, in every form', (status) => {
    const rows = [timed(serial, 3e6), timed(data, 2e6, { status })]
    expect(fields(scalingTable(rows))[2].at(-1)).toBe(status)
    expect(plainFields(splitTable(rows))[2].at(-1)).toBe(status)
    const table = scalingColumns(rows)
    expect(markdownTable(table.head, table.rows)).toMatch(new RegExp(`\\| ${status} \\|$`))
  })

  it('has lines of one width, colours or not', () => {
    const lines = stripVTControlCharacters(scalingTable([timed(serial, 3e6), mismatch])).split('\n')
    expect(new Set(lines.map((line) => line.length)).size).toBe(1)
  })
})

const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)

describe('the colours of a table', () => {
  const run = promisify(execFile)
  const SCRIPT = `
    const { scalingTable, splitTable } = await import(${url('../../../src/report/text/tables.js')})
    const { smallCell } = await import(${url('../../runtime/cells.js')})
    const verdict = { match: 'different', maxUlp: 1, sha256: '' }
    const rows = ['ok', 'mismatch', 'impossible', 'not-finite'].map((status) =>
      ({ cell: smallCell('serial'), summary: undefined, verdict, status }))
    console.log(scalingTable(rows))
    console.log(splitTable(rows))`
  const colourless = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !['NO_COLOR', 'FORCE_COLOR', 'CI'].includes(name)),
  )
  const printed = async (environment: Record<string, string>) =>
    (
      await run(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
        env: { ...colourless, ...environment },
      })
    ).stdout

  it('stay out of pipes, on a build server too, and out of terminals with NO_COLOR; FORCE_COLOR brings them back', async () => {
    const environments = [{}, { CI: 'true' }, { NO_COLOR: '1', FORCE_COLOR: '1' }, { FORCE_COLOR: '1' }]
    const outputs = await Promise.all(environments.map(printed))
    for (const output of outputs) expect(output).toContain('mismatch')
    expect(outputs.map((output) => output.includes('\u001b'))).toEqual([false, false, false, true])
    const red = outputs[3].split('\n').filter((line) => line.includes('\u001b[31m'))
    const statuses = red.map((line) => /mismatch|impossible|not-finite/.exec(line)?.[0])
    expect(statuses).toEqual(['mismatch', 'impossible', 'not-finite', 'mismatch', 'impossible', 'not-finite'])
    // The whole line, not the status alone.
    for (const line of red) expect(line.split('\u001b[31m')[1]).toMatch(/^ ?serial/)
  })
})

describe('the table of memory', () => {
  it('shows the most and the least of a thread, all together, and the idle share', () => {
    const table = memoryTable([{ cell: pipeline, perRank: [2 ** 20, 2 ** 19], idle: 0.25 }])
    expect(plainFields(table)).toEqual([
      ['split', 'threads', 'MiB: most of a thread', 'least', 'together', 'idle by plan'],
      ['pipeline, 1f1b', '2', '1.00', '0.50', '1.50', '25 %'],
    ])
  })
})
