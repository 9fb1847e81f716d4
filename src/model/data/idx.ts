import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DataError, numberClasses, readBytes, type DataSet } from './dataset.ts'

/** The element types of the format, by the third byte of the magic number. */
const elements: Record<number, { name: string; size: number; read(view: DataView, at: number): number }> = {
  0x08: { name: 'unsigned bytes', size: 1, read: (view, at) => view.getUint8(at) },
  0x09: { name: 'signed bytes', size: 1, read: (view, at) => view.getInt8(at) },
  0x0b: { name: '16-bit integers', size: 2, read: (view, at) => view.getInt16(at) },
  0x0c: { name: '32-bit integers', size: 4, read: (view, at) => view.getInt32(at) },
  0x0d: { name: '32-bit floats', size: 4, read: (view, at) => view.getFloat32(at) },
  0x0e: { name: '64-bit floats', size: 8, read: (view, at) => view.getFloat64(at) },
}
const UNSIGNED_BYTES = 0x08

/**
 * Reads images and labels in the IDX format of the MNIST database (http://yann.lecun.com/exdb/mnist/), each
 * plain or gzipped. The first dimension counts the images, the others are the features. The labels are unsigned bytes;
 * their file, if not given, is found beside the images: `…-images-idx3-ubyte` → `…-labels-idx1-ubyte`.
 *
 * @param bytes the images, if they have been read
 * @throws DataError with the file and the byte, counted in the unpacked file.
 */
export function readIdxDataSet(
  imagesPath: string,
  labelsPath?: string,
  bytes: Uint8Array = readBytes(imagesPath),
): DataSet {
  const images = parseIdx(bytes, imagesPath)
  if (images.dimensions.length < 2)
    throw new DataError(`${imagesPath}, byte 3: one dimension, as labels have; expected images, which have two or more`)
  const [rows, ...shape] = images.dimensions
  const wrong = images.values.findIndex((value) => !Number.isFinite(value))
  if (wrong !== -1)
    throw new DataError(
      `${imagesPath}, byte ${images.start + wrong * images.size}: the value is not finite in float32; expected a finite one`,
    )

  const path = labelsPath ?? labelsBeside(imagesPath)
  const labels = parseIdx(readBytes(path), path)
  if (labels.type !== UNSIGNED_BYTES)
    throw new DataError(`${path}, byte 2: labels are ${elements[labels.type].name}; expected 0x08 (unsigned bytes)`)
  if (labels.dimensions.length !== 1)
    throw new DataError(`${path}, byte 3: ${labels.dimensions.length} dimensions; expected labels, which have one`)
  if (labels.dimensions[0] !== rows)
    throw new DataError(
      `${path}, byte 4: the number of labels is ${labels.dimensions[0]}; expected ${rows}, as many as images in ${imagesPath}`,
    )
  return {
    name: basename(imagesPath),
    rows,
    columns: shape.reduce((product, size) => product * size, 1),
    features: images.values,
    ...numberClasses(Array.from(labels.values), path),
  }
}

/** Whether bytes start like an IDX file; no text file does. */
export const looksLikeIdx = (bytes: Uint8Array): boolean => bytes[0] === 0 && bytes[1] === 0

/** Magic number (0, 0, element type, number of dimensions), sizes of the dimensions, elements; all big-endian. */
function parseIdx(bytes: Uint8Array, path: string) {
  const fail = (at: number, text: string) => new DataError(`${path}, byte ${at}: ${text}`)
  if (bytes.length < 4)
    throw fail(bytes.length, 'the file ends; expected an IDX magic number of 4 bytes, 00 00 type dimensions')
  if (!looksLikeIdx(bytes))
    throw fail(0, `${hex(bytes[0])} ${hex(bytes[1])} does not start an IDX file; expected 00 00`)
  const [, , type, rank] = bytes
  const element = elements[type]
  if (element === undefined)
    throw fail(2, `0x${hex(type)} is no IDX element type; expected 0x08, 0x09, 0x0b, 0x0c, 0x0d or 0x0e`)
  if (rank === 0) throw fail(3, '0 dimensions; expected at least one')
  const start = 4 + 4 * rank
  if (bytes.length < start)
    throw fail(bytes.length, `the file ends; expected the sizes of ${rank} dimensions up to byte ${start}`)

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const dimensions = Array.from({ length: rank }, (_, index) => view.getUint32(4 + 4 * index))
  const empty = dimensions.indexOf(0)
  if (empty !== -1) throw fail(4 + 4 * empty, `dimension ${empty + 1} has size 0; expected at least 1`)
  const count = dimensions.reduce((product, size) => product * size)
  const end = start + count * element.size
  const expected = `expected ${dimensions.join(' × ')} ${element.name}, up to byte ${end}`
  if (bytes.length < end) throw fail(bytes.length, `the file ends; ${expected}`)
  if (bytes.length > end) throw fail(end, `${bytes.length - end} bytes too many; ${expected}`)

  const values = new Float32Array(count)
  for (let index = 0; index < count; index++) values[index] = element.read(view, start + index * element.size)
  return { type, size: element.size, dimensions, start, values }
}

const hex = (byte: number) => byte.toString(16).padStart(2, '0')

function labelsBeside(imagesPath: string): string {
  const name = basename(imagesPath)
  const labels = name.replace(/images([-.])idx\d/, 'labels$1idx1')
  if (labels === name)
    throw new DataError(
      `${imagesPath}: the name does not tell where the labels are; expected one like train-images-idx3-ubyte`,
    )
  const plain = join(dirname(imagesPath), labels.replace(/\.gz$/, ''))
  const candidates = [plain, `${plain}.gz`]
  const found = candidates.find((candidate) => existsSync(candidate))
  if (found === undefined)
    throw new DataError(`${imagesPath}: no labels beside it; expected ${candidates.join(' or ')}`)
  return found
}
