import { createHash } from 'node:crypto'
import { endianness } from 'node:os'
import type { Cell } from '../cells/cell.ts'
import { reverseRows, type Batches } from './batches.ts'
import type { Session } from './session.ts'

export type Match = 'exact' | 'close' | 'different'

export interface Verdict {
  readonly match: Match
  /** Largest difference from serial, in units of the float32 spacing at the largest magnitude of its tensor. */
  readonly maxUlp: number
  readonly sha256: string
}

/** How far from serial a sum in another order may end: a multiple of what reversing the rows changes in serial itself. */
const CLOSE_FACTOR = 4
/** Any other order may differ by one rounding, although reversing happens to change nothing. */
const LEAST_NOISE_ULP = 1

/**
 * SHA-256 over the layers in ascending order, each W row-major without padding and then the bias, as little-endian
 * float32.
 */
export function weightsHash(layers: readonly Float32Array[]): string {
  const hash = createHash('sha256')
  for (const layer of layers) {
    const bytes = Buffer.from(layer.slice().buffer)
    hash.update(endianness() === 'LE' ? bytes : bytes.swap32())
  }
  return hash.digest('hex')
}

/**
 * Compares weights with serial's after the same steps. In every mode replicas must be equal to the bit, and all weights
 * finite.
 *
 * @param replicas each layer, once per replica
 * @param reversed serial's weights after the same steps with the rows of every batch reversed
 */
export function compareWeights(
  replicas: readonly (readonly Float32Array[])[],
  serial: readonly Float32Array[],
  reversed: readonly Float32Array[],
): Verdict {
  const first = replicas.map(([replica]) => replica)
  const sha256 = weightsHash(first)
  const maxUlp = largestUlp(first, serial)
  const alike = replicas.every((layer) => layer.every((replica) => equalBits(replica, layer[0])))
  const finite = first.every((layer) => layer.every(Number.isFinite))
  if (!alike || !finite) return { match: 'different', maxUlp, sha256 }
  if (first.every((layer, l) => equalBits(layer, serial[l]))) return { match: 'exact', maxUlp, sha256 }
  const noise = Math.max(LEAST_NOISE_ULP, largestUlp(reversed, serial))
  return { match: maxUlp <= CLOSE_FACTOR * noise ? 'close' : 'different', maxUlp, sha256 }
}

export function equalBits(a: Float32Array, b: Float32Array): boolean {
  const [bitsOfA, bitsOfB] = [a, b].map((values) => new Int32Array(values.buffer, values.byteOffset, values.length))
  return bitsOfA.length === bitsOfB.length && bitsOfA.every((bits, i) => bits === bitsOfB[i])
}

/** Largest difference in float32 spacings at the largest magnitude of the reference's tensor, over all tensors. */
export const largestUlp = (tensors: readonly Float32Array[], references: readonly Float32Array[]): number =>
  Math.max(
    ...tensors.map((tensor, t) => {
      let largest = 0
      let difference = 0
      tensor.forEach((value, i) => {
        largest = Math.max(largest, Math.abs(references[t][i]))
        difference = Math.max(difference, Math.abs(value - references[t][i]))
      })
      return difference / float32Spacing(largest)
    }),
  )

const SMALLEST_NORMAL = 2 ** -126
const MANTISSA_BITS = 23

/** The distance from a float32 of this magnitude to the next larger one. */
export function float32Spacing(magnitude: number): number {
  const exponent = Math.floor(Math.log2(Math.max(Math.fround(magnitude), SMALLEST_NORMAL)))
  return 2 ** (exponent - MANTISSA_BITS)
}

/**
 * Trains every cell for the same few steps from the same weights and compares the weights with serial's. Afterwards the
 * batches are loaded.
 *
 * @throws RankError if a rank fails
 */
export async function verifyCells(
  session: Session,
  cells: readonly Cell[],
  serial: Cell,
  batches: Batches,
  steps: number,
): Promise<Map<Cell, Verdict>> {
  const train = async (cell: Cell) => {
    session.initialise(cell)
    await session.run(cell, 0, steps, 0)
    return session.weights(cell)
  }
  session.load(reverseRows(batches))
  const reversed = (await train(serial)).map(([replica]) => replica)
  session.load(batches)
  const reference = (await train(serial)).map(([replica]) => replica)
  const verdicts = new Map<Cell, Verdict>()
  for (const cell of cells) verdicts.set(cell, compareWeights(await train(cell), reference, reversed))
  return verdicts
}

/**
 * The hashes of serial's weights after each of some numbers of steps, from its initial weights on: what is timed must have
 * trained the same.
 *
 * @throws RankError if the rank fails
 */
export async function courseOf(
  session: Session,
  serial: Cell,
  counts: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const hashes = new Map<number, string>()
  session.initialise(serial)
  let done = 0
  for (const count of [...new Set(counts)].sort((a, b) => a - b)) {
    await session.run(serial, 0, count - done, done)
    done = count
    hashes.set(count, weightsHash(session.weights(serial).map(([replica]) => replica)))
  }
  return hashes
}
