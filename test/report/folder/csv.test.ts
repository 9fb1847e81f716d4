import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Column } from '../../../src/cells/columns.ts'
import { appendRows } from '../../../src/report/folder/csv.ts'
import { byName } from '../by-name.ts'

const COLUMNS = byName(['name', 'value'])

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'csv-'))
  file = join(folder, 'rows.csv')
})
afterEach(() => rmSync(folder, { recursive: true }))

const text = () => readFileSync(file, 'utf8')
const records = (): Record<string, string>[] => parse(text(), { columns: true })

describe('a CSV file', () => {
  it('begins with its header, once, however often rows are appended', () => {
    appendRows(file, COLUMNS, [{ name: 'a', value: 1 }])
    appendRows(file, COLUMNS, [
      { name: 'b', value: 2 },
      { name: 'c', value: 3 },
    ])
    expect(text()).toBe('name,value\na,1\nb,2\nc,3\n')
  })

  it('has its header even if there is nothing to write yet', () => {
    appendRows(file, COLUMNS, [])
    appendRows(file, COLUMNS, [{ name: 'a', value: 1 }])
    expect(text()).toBe('name,value\na,1\n')
  })

  it('has its columns in the given order, whatever that of the rows’ keys, and leaves out what is no column', () => {
    appendRows(file, COLUMNS, [{ other: 'x', value: 1, name: 'a' }])
    expect(text()).toBe('name,value\na,1\n')
  })

  it('has an empty field for what was not measured, and words for truth', () => {
    appendRows(file, byName(['a', 'b', 'c', 'd']), [
      { a: undefined, b: true, c: false, d: 0 },
      { a: 1, b: undefined, c: undefined, d: undefined },
    ])
    expect(text()).toBe('a,b,c,d\n,true,false,0\n1,,,\n')
  })

  it('has none of the rows that came with one whose column cannot be computed', () => {
    const columns: Column<string>[] = [
      ['name', (name) => name],
      [
        'value',
        (name) => {
          if (name === 'c') throw new Error(`${name} has no value`)
          return 1
        },
      ],
    ]
    appendRows(file, columns, ['a'])
    expect(() => appendRows(file, columns, ['b', 'c'])).toThrow('c has no value')
    expect(text()).toBe('name,value\na,1\n')
  })

  it.each([NaN, Infinity, -Infinity])('refuses %d, and writes none of the rows that came with it', (value) => {
    appendRows(file, COLUMNS, [{ name: 'a', value: 1 }])
    const rows = [
      { name: 'b', value: 2 },
      { name: 'c', value },
    ]
    expect(() => appendRows(file, COLUMNS, rows)).toThrow(`${value} is not a measurement`)
    expect(text()).toBe('name,value\na,1\n')
  })

  it('gives back any text and any finite float64 to the bit when it is parsed', () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom('a,b', 'say "so"', 'two\nlines', '\r\n', ' padded ', '=1+1', 'µs'),
    )
    // A sign of zero is the one thing that decimal text loses.
    const value = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0))
    const rows = fc.array(fc.record({ name, value }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(rows, (written) => {
        rmSync(file, { force: true })
        appendRows(file, COLUMNS, written)
        const read = records().map((record) => ({ name: record['name'], value: Number(record['value']) }))
        expect(read).toEqual(written)
      }),
    )
  })
})
