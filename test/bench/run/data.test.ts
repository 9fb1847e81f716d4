import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openData } from '../../../bench/run/data.ts'
import { UsageError } from '../../../bench/options/command.ts'
import { random } from '../../../src/model/random.ts'
import { scaling } from '../command-lines.ts'
import { rowsIn, start } from '../program.ts'

const folder = mkdtempSync(join(tmpdir(), 'data-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const COLUMNS = 20
const CLASSES = 3
/** As many as the largest batch of `combine`, and some. */
const ROWS = 300

/** Numbers by chance, with the class behind them. */
function write(name: string, rows = ROWS): string {
  const chance = random(5)
  const lines = Array.from({ length: rows }, (_, row) =>
    [...Array.from({ length: COLUMNS }, () => chance.below(1000) / 100), `class ${row % CLASSES}`].join(','),
  )
  const header = [...Array.from({ length: COLUMNS }, (_, column) => `x${column}`), 'label'].join(',')
  const path = join(folder, name)
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`)
  return path
}
const file = write('points.csv')

const { activation, loss } = scaling('')
const model = (...widths: number[]) => ({ widths, activation, loss })

describe('the data of a run', () => {
  const data = openData(scaling(`--dataset ${file}`))

  it('give the model their columns and classes', () => {
    expect(data.model([8, 9]).widths).toEqual([COLUMNS, 8, 9, CLASSES])
    expect(openData(scaling(`--dataset ${file} --layers 20-7-5`)).model([8, 9]).widths).toEqual([20, 7, 5])
    expect(openData(scaling('')).model([8]).widths).toEqual([784, 8, 10])
  })

  it('give batches to a model that fits them', () => {
    const batches = data.batches(model(COLUMNS, 16, CLASSES), 32)
    expect(batches.count).toBe(8)
  })

  it.each([
    [[784, 10], '--layers 784-10: expected 20 inputs, the columns of '],
    [[784, 64, 3], '--layers 784-64-3: expected 20 inputs, the columns of '],
    [[20, 2], '--layers 20-2: expected at least 3 outputs, the classes of '],
  ])('are not given to a model of the widths %j', (widths, message) => {
    const batches = () => data.batches(model(...widths), 32)
    expect(batches).toThrow(UsageError)
    expect(batches).toThrow(message)
    const asked = () => openData(scaling(`--dataset ${file} --layers ${widths.join('-')}`)).model([])
    expect(asked).toThrow(UsageError)
    expect(asked).toThrow(message)
  })

  it('are refused where they have fewer rows than a batch', () => {
    expect(() => data.batches(model(COLUMNS, CLASSES), ROWS + 1)).toThrow(
      `--batch ${ROWS + 1}: expected at most ${ROWS}, the rows of `,
    )
  })

  it('are named by their file and the beginning of its hash, which changes with its content', () => {
    const hash = createHash('sha256').update(readFileSync(file)).digest('hex')
    expect(data.name).toBe(`points.csv ${hash.slice(0, 12)}`)
    expect(openData(scaling('')).name).toBe('synthetic')
    const other = openData(scaling(`--dataset ${write('more.csv', ROWS + 1)}`))
    expect(other.name).toMatch(/^more\.csv [0-9a-f]{12}$/)
    expect(other.name.slice(-12)).not.toBe(hash.slice(0, 12))
  })
})

describe('combine on a file', () => {
  it('measures models of the file’s columns and classes, and says which file it was', async () => {
    const out = join(folder, 'combined')
    const line = 'combine --quick --blocks 1 --steps 1 --threads 2'.split(' ')
    const { code, stderr } = await start('main', [...line, '--dataset', file, '--out', out])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const rows = rowsIn(join(out, 'summary.csv'))
    expect(new Set(rows.map(({ layers }) => layers))).toEqual(new Set(['20-64-64-64-64-3', '20-512-512-512-512-3']))
    for (const { dataset } of rows) expect(dataset).toMatch(/^points\.csv [0-9a-f]{12}$/)
    expect(rows.map(({ dataset }) => dataset)).toEqual(rows.map(() => openData(scaling(`--dataset ${file}`)).name))
  })

  it('is refused with one line, before anything is measured, where a batch is larger than the file', async () => {
    const small = write('small.csv', 100)
    const out = join(folder, 'small')
    const { code, stderr } = await start('main', ['combine', '--dataset', small, '--out', out])
    expect(code).toBe(2)
    expect(existsSync(out)).toBe(false)
    expect(stderr).toMatch(/^error: --batch 256: expected at most 100, the rows of .*small\.csv\n$/)
  })
})
