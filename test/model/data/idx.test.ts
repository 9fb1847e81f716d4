import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataError } from '../../../src/model/data/dataset.ts'
import { readIdxDataSet } from '../../../src/model/data/idx.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'idx-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const sizes: Record<number, number> = { 0x08: 1, 0x09: 1, 0x0b: 2, 0x0c: 4, 0x0d: 4, 0x0e: 8 }

/** The bytes of an IDX file. */
function idx(type: number, dimensions: number[], values: number[]): Buffer {
  const size = sizes[type]
  const bytes = Buffer.alloc(4 + 4 * dimensions.length + size * values.length)
  bytes.set([0, 0, type, dimensions.length])
  dimensions.forEach((dimension, index) => bytes.writeUInt32BE(dimension, 4 + 4 * index))
  values.forEach((value, index) => {
    const at = 4 + 4 * dimensions.length + size * index
    if (type === 0x0d) bytes.writeFloatBE(value, at)
    else if (type === 0x0e) bytes.writeDoubleBE(value, at)
    else if (type === 0x08) bytes.writeUInt8(value, at)
    else bytes.writeIntBE(value, at, size)
  })
  return bytes
}

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const pack = (name: string, bytes: Buffer) => (name.endsWith('.gz') ? gzipSync(bytes) : bytes)

const images = idx(0x08, [3, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255])
const labels = idx(0x08, [3], [7, 4, 7])
const expected = {
  rows: 3,
  columns: 4,
  classes: 2,
  features: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255),
  labels: Uint32Array.of(1, 0, 1),
  labelNames: ['4', '7'],
}

/** The message of the DataError, without the folder. */
function failure(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof DataError) return error.message.replaceAll(join(folder, '/'), '')
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('readIdxDataSet', () => {
  it.each([
    ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte'],
    ['train-images.idx3-ubyte', 'train-labels.idx1-ubyte'],
    ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz'],
    ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte.gz'],
    ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte'],
  ])('reads %s and finds %s beside it', (imagesName, labelsName) => {
    const path = write(imagesName, pack(imagesName, images))
    write(labelsName, pack(labelsName, labels))
    expect(readIdxDataSet(path)).toEqual({ name: imagesName, ...expected })
  })

  it('reads labels from the file that is given, and gzip whatever the name', () => {
    const path = write('pictures', gzipSync(images))
    expect(readIdxDataSet(path, write('classes', gzipSync(labels)))).toEqual({
      name: 'pictures',
      ...expected,
    })
  })

  it.each([
    [0x09, [-128, 127, 0, -1]],
    [0x0b, [-32768, 32767, 258, -1]],
    [0x0c, [-(2 ** 31), 2 ** 24, 16909060, -1]],
    [0x0d, [-1.5, 3.25, 2 ** -130, 1e38]],
    [0x0e, [-1.5, 0.1, 1e-60, 1e38]],
  ])('reads elements of type %i as float32', (type, values) => {
    const path = write('images', idx(type, [2, 2], values))
    expect(readIdxDataSet(path, write('labels', idx(0x08, [2], [0, 1]))).features).toEqual(Float32Array.from(values))
  })

  it('reads what was written, for any number of dimensions', () => {
    const dimensions = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), dimensions, (rows, shape) => {
        const columns = shape.reduce((product, size) => product * size)
        const values = Array.from({ length: rows * columns }, (_, index) => (index * 37) % 256)
        const path = write('images', idx(0x08, [rows, ...shape], values))
        const classes = Array.from({ length: rows }, (_, row) => row)
        const set = readIdxDataSet(path, write('labels', idx(0x08, [rows], classes)))
        expect(set).toMatchObject({ rows, columns, classes: rows })
        expect([...set.features]).toEqual(values)
        expect([...set.labels]).toEqual(classes)
      }),
      { numRuns: 30 },
    )
  })

  const whole = 'expected 3 × 2 × 2 unsigned bytes, up to byte 28'
  it.each([
    [
      'an empty file',
      Buffer.alloc(0),
      'images, byte 0: the file ends; expected an IDX magic number of 4 bytes, 00 00 type dimensions',
    ],
    [
      'another magic number',
      Buffer.from('PK\x03\x04'),
      'images, byte 0: 50 4b does not start an IDX file; expected 00 00',
    ],
    [
      'an unknown element type',
      Buffer.of(0, 0, 7, 3),
      'images, byte 2: 0x07 is no IDX element type; expected 0x08, 0x09, 0x0b, 0x0c, 0x0d or 0x0e',
    ],
    ['no dimensions', Buffer.of(0, 0, 8, 0), 'images, byte 3: 0 dimensions; expected at least one'],
    [
      'a header that is cut short',
      images.subarray(0, 10),
      'images, byte 10: the file ends; expected the sizes of 3 dimensions up to byte 16',
    ],
    ['a dimension of size 0', idx(0x08, [3, 0, 2], []), 'images, byte 8: dimension 2 has size 0; expected at least 1'],
    ['elements that are cut short', images.subarray(0, 27), `images, byte 27: the file ends; ${whole}`],
    [
      'elements that are too many',
      Buffer.concat([images, Buffer.alloc(2)]),
      `images, byte 28: 2 bytes too many; ${whole}`,
    ],
    ['labels', labels, 'images, byte 3: one dimension, as labels have; expected images, which have two or more'],
    [
      'an element that is not finite',
      idx(0x0e, [3, 1], [1, 1e300, 2]),
      'images, byte 20: the value is not finite in float32; expected a finite one',
    ],
  ])('refuses images with %s, and says where', (_, bytes, message) => {
    const path = write('images', bytes)
    expect(failure(() => readIdxDataSet(path, write('labels', labels)))).toBe(message)
  })

  it.each([
    [
      'another count',
      idx(0x08, [2], [0, 1]),
      'labels, byte 4: the number of labels is 2; expected 3, as many as images in images',
    ],
    [
      'another type',
      idx(0x0c, [3], [0, 1, 2]),
      'labels, byte 2: labels are 32-bit integers; expected 0x08 (unsigned bytes)',
    ],
    ['more dimensions', images, 'labels, byte 3: 3 dimensions; expected labels, which have one'],
    [
      'an end too early',
      labels.subarray(0, 9),
      'labels, byte 9: the file ends; expected 3 unsigned bytes, up to byte 11',
    ],
    [
      'one class only',
      idx(0x08, [3], [5, 5, 5]),
      'labels: every label is 5; a classifier needs at least two different labels',
    ],
  ])('refuses labels with %s, and says where', (_, bytes, message) => {
    const path = write('images', images)
    expect(failure(() => readIdxDataSet(path, write('labels', bytes)))).toBe(message)
  })

  it('says where it looked for labels', () => {
    const path = write('t10k-images-idx3-ubyte.gz', gzipSync(images))
    expect(failure(() => readIdxDataSet(path))).toBe(
      't10k-images-idx3-ubyte.gz: no labels beside it; expected t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz',
    )
  })

  it('says that a name does not tell where labels are', () => {
    const path = write('pictures', images)
    expect(failure(() => readIdxDataSet(path))).toBe(
      `${basename(path)}: the name does not tell where the labels are; expected one like train-images-idx3-ubyte`,
    )
  })
})
