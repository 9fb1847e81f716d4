import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCsvDataSet } from '../../../src/model/data/csv.ts'
import { DataError } from '../../../src/model/data/dataset.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'csv-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The path of a new file `data.csv` with this content. */
function file(content: string | Uint8Array): string {
  const path = join(folder, 'data.csv')
  writeFileSync(path, content)
  return path
}

const read = (content: string | Uint8Array, label?: string) => readCsvDataSet(file(content), { label })

/** The message of the DataError, without the folder. */
function failure(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof DataError) return error.message.replace(folder, '').replace(/^[\\/]/, '')
    throw error
  }
  throw new Error('nothing was thrown')
}

const flowers = 'length,width,species\n5.1,3.5,setosa\n7,-3.2e0,virginica\n6.4,3.25,setosa\n'

describe('readCsvDataSet', () => {
  it('reads a header, features, and labels that are names, numbered in sorted order', () => {
    expect(read(flowers)).toEqual({
      name: 'data.csv',
      rows: 3,
      columns: 2,
      classes: 2,
      features: Float32Array.of(5.1, 3.5, 7, -3.2, 6.4, 3.25),
      labels: Uint32Array.of(0, 1, 0),
      labelNames: ['setosa', 'virginica'],
    })
  })

  it('reads the same from gzip, whatever the name of the file', () => {
    expect(read(gzipSync(flowers))).toEqual(read(flowers))
  })

  it('reads the same with Windows line ends, a byte order mark, blank lines, spaces and quotes', () => {
    const dressed = flowers.replaceAll('\n', '\r\n').replace('5.1,', '\r\n 5.1 , ').replace('virginica', '"virginica"')
    expect(read(`\ufeff${dressed}\r\n\r\n`)).toEqual(read(flowers))
  })

  it('takes a first line of numbers for data, also where labels are names', () => {
    const { rows, labelNames } = read('5.1,3.5,setosa\n7,3.2,virginica\n')
    expect(rows).toBe(2)
    expect(labelNames).toEqual(['setosa', 'virginica'])
    expect(read('1,2,0\n3,4,1\n').rows).toBe(2)
  })

  it('takes a first line of numbers for a header if its label alone is not a number', () => {
    const { rows, features } = read('0,1,label\n5,6,0\n7,8,1\n')
    expect(rows).toBe(2)
    expect(features).toEqual(Float32Array.of(5, 6, 7, 8))
  })

  it('orders integer labels as numbers, and takes 1, 1.0 and 01 for the same', () => {
    const { labels, labelNames } = read('x,label\n0,10\n0,9\n0,-1\n0,9.0\n0,09\n')
    expect(labelNames).toEqual(['-1', '9', '10'])
    expect(labels).toEqual(Uint32Array.of(2, 1, 0, 1, 1))
  })

  it('orders labels as names if one of them is no number', () => {
    expect(read('x,label\n0,10\n0,9\n0,none\n').labelNames).toEqual(['10', '9', 'none'])
  })

  it('takes the labels from the named column', () => {
    const set = read('label,x,y\na,1,2\nb,3,4\n', 'label')
    expect(set.features).toEqual(Float32Array.of(1, 2, 3, 4))
    expect(set.labels).toEqual(Uint32Array.of(0, 1))
  })

  it('gives back every float32 that is written into it', () => {
    const row = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 6 }), (rows) => {
        const set = read(rows.map((cells, index) => `${cells.map(String).join(',')},${index}\n`).join(''))
        expect(set.features).toEqual(Float32Array.from(rows.flat(), (value) => value + 0))
        expect(set.classes).toBe(rows.length)
      }),
      { numRuns: 30 },
    )
  })

  it('names a file that is missing', () => {
    expect(failure(() => readCsvDataSet(join(folder, 'none.csv')))).toMatch(/^cannot read .*none\.csv: no such file$/)
  })

  it('names a folder given for a file', () => {
    expect(failure(() => readCsvDataSet(folder))).toMatch(/^cannot read .*: it is a directory, expected a file$/)
  })

  it.each([
    ['an empty file', '', 'data.csv: the file is empty; expected lines of comma-separated values'],
    ['a blank file', '\n \n', 'data.csv: the file is empty; expected lines of comma-separated values'],
    ['a header without rows', 'x,label\n', 'data.csv, line 1: a header and no rows; expected rows of data below it'],
    [
      'a single column, as other separators make it',
      'x;y;label\n1;2;a\n',
      'data.csv, line 1: one column; expected at least a feature and a label, separated by a comma',
    ],
    [
      'a row that is short',
      'x,y,label\n1,2,a\n\n1,a\n',
      'data.csv, line 4: the number of columns is 2; expected 3, as in line 1',
    ],
    [
      'a row that is long',
      '1,2,a\n1,2,3,a\n',
      'data.csv, line 2: the number of columns is 4; expected 3, as in line 1',
    ],
    [
      'a cell that is no number',
      'x,y,label\n1,2,a\n3,four,b\n',
      'data.csv, line 3, column "y": "four" is not a number; expected a finite one',
    ],
    [
      'a cell that is infinite',
      '1,2,a\nInfinity,2,b\n',
      'data.csv, line 2, column 1: "Infinity" is not a number; expected a finite one',
    ],
    [
      'a cell that is empty',
      'x,label\n1,a\n,b\n',
      'data.csv, line 3, column "x": "" is not a number; expected a finite one',
    ],
    [
      'a missing value in the first line, which makes it no header',
      '1,NA,a\n1,2,b\n',
      'data.csv, line 1, column 2: "NA" is not a number; expected a finite one',
    ],
    [
      'a cell beyond float32',
      '1,2,a\n1e39,2,b\n',
      'data.csv, line 2, column 1: "1e39" is too large for float32; expected at most 3.4e38',
    ],
    [
      'a label that is empty',
      'x,label\n1,a\n2,\n',
      'data.csv, line 3, column "label": the label is empty; expected an integer or a name',
    ],
    [
      'a label that is a fraction',
      'x,label\n1,1\n2,1.5\n',
      'data.csv, line 3, column "label": the label 1.5 is no class; expected an integer or a name',
    ],
    [
      'labels that are all the same',
      'x,label\n1,3\n2,3\n',
      'data.csv, column "label": every label is 3; a classifier needs at least two different labels',
    ],
    [
      'a quote that is not closed',
      'x,label\n1,"a\n2,b\n',
      'data.csv: not comma-separated values: Quote Not Closed: the parsing is finished with an opening quote at line 3',
    ],
  ])('refuses %s, and says where', (_, content, message) => {
    expect(failure(() => read(content))).toBe(message)
  })

  it('lists the columns if none has the name of the label', () => {
    expect(failure(() => read(flowers, 'kind'))).toBe(
      'data.csv, line 1: no column is called "kind"; the columns are "length", "width", "species"',
    )
  })

  it('lists some of many columns', () => {
    const header = Array.from({ length: 100 }, (_, index) => `c${index}`).join(',')
    expect(failure(() => read(`${header}\n`, 'kind'))).toMatch(/the columns are "c0", .*"c10", … "c99" \(100 in all\)$/)
  })

  it('refuses the name of a label where there is no header', () => {
    expect(failure(() => read('1,2,0\n3,4,1\n', '2'))).toBe(
      'data.csv, line 1: no column can be called "2", since the file has no header; add one, or put the labels last and do not name them',
    )
  })

  it('refuses the name of a label that two columns have', () => {
    expect(failure(() => read('x,y,x\n1,2,0\n3,4,1\n', 'x'))).toBe(
      'data.csv, line 1: more than one column is called "x"; expected one',
    )
  })

  it('refuses gzip that is cut short or damaged', () => {
    const packed = gzipSync(flowers)
    expect(failure(() => read(packed.subarray(0, -12)))).toBe(
      'data.csv: broken gzip (unexpected end of file); expected a whole file, as gzip -t accepts it',
    )
    packed[packed.length - 6] ^= 1
    expect(failure(() => read(packed))).toMatch(/^data\.csv: broken gzip \(incorrect data check\)/)
  })
})
