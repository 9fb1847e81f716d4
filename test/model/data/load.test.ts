import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError } from '../../../src/model/data/dataset.ts'
import { loadDataSet } from '../../../src/model/data/load.ts'
import { syntheticDataSet } from '../../../src/model/data/synthetic.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'load-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const csv = 'kind,x\na,1\nb,2\n'
const images = Buffer.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 5, 6)
const labels = Buffer.of(0, 0, 8, 1, 0, 0, 0, 2, 1, 0)

describe('loadDataSet', () => {
  it('makes synthetic data of the shape asked for, or of 64 columns and 10 classes', () => {
    expect(loadDataSet('synthetic', { seed: 3, rows: 20, columns: 2, classes: 4 })).toEqual(
      syntheticDataSet({ seed: 3, rows: 20, columns: 2, classes: 4 }),
    )
    expect(loadDataSet('synthetic', { seed: 3 })).toMatchObject({ rows: 2000, columns: 64, classes: 10 })
  })

  it('tells CSV from IDX by content, gzipped or not, whatever the name', () => {
    write('labels-idx1', labels)
    expect(loadDataSet(write('table.idx', csv), { seed: 1, label: 'kind' }).labelNames).toEqual(['a', 'b'])
    expect(loadDataSet(write('table.csv', gzipSync(csv)), { seed: 1, label: 'kind' }).rows).toBe(2)
    expect([...loadDataSet(write('images-idx2', images), { seed: 1 }).features]).toEqual([5, 6])
    expect([...loadDataSet(write('images-idx3', gzipSync(images)), { seed: 1 }).labels]).toEqual([1, 0])
  })

  it('says what a name that is neither could be', () => {
    expect(() => loadDataSet('sinthetic', { seed: 1 })).toThrow(
      new DataError('no file is called sinthetic; expected "synthetic" or the path of a CSV or IDX file'),
    )
  })

  it('refuses the name of a label where there are no named columns', () => {
    const path = write('images-idx3-ubyte', images)
    const ending = 'there is no column "kind"; only a CSV file has its label\'s column named'
    expect(() => loadDataSet(path, { seed: 1, label: 'kind' })).toThrow(new DataError(`${path} (IDX): ${ending}`))
    expect(() => loadDataSet('synthetic', { seed: 1, label: 'kind' })).toThrow(
      new DataError(`the synthetic data: ${ending}`),
    )
  })
})
