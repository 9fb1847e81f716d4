import type { Matrix } from '../kernel.ts'

const { fround } = Math

/**
 * Rows and columns of a block of C whose sixteen chains advance together in local variables. One chain alone waits for
 * each rounding in turn; sixteen keep the conversions between float64 and float32 busy, which bound the speed: larger
 * blocks (4×8) and packed panels gained only 3 to 10 %.
 */
const TILE = 4

/**
 * C (+)= A·B, where `aTransposed` and `bTransposed` say that A or B is the transpose of the stored matrix.
 * Shapes A: r×k, B: k×j, C: r×j; C must not overlap the others.
 *
 * Each element is one chain in ascending k, c = fround(c + fround(a·b)), from +0, or, if `accumulate`, from the value in
 * C. The chain is the same in blocks and at edges, so no split of rows or columns changes a bit.
 */
export function multiply(
  floats: Float32Array,
  a: Matrix,
  aTransposed: boolean,
  b: Matrix,
  bTransposed: boolean,
  c: Matrix,
  accumulate: boolean,
): void {
  const { rows, columns } = c
  const depth = aTransposed ? a.rows : a.columns
  const aRow = aTransposed ? 1 : a.stride
  const aDepth = aTransposed ? a.stride : 1
  const bDepth = bTransposed ? 1 : b.stride
  const bColumn = bTransposed ? b.stride : 1

  // Chains always start from the value in C: with two cases, V8 would compile a slower mixture of both.
  if (!accumulate) {
    for (let i = 0; i < rows; i++) {
      const start = c.offset + i * c.stride
      floats.fill(0, start, start + columns)
    }
  }

  const tiledRows = rows - (rows % TILE)
  const tiledColumns = columns - (columns % TILE)
  // Four columns of B stay in the cache while the rows of A stream by.
  for (let j = 0; j < tiledColumns; j += TILE) {
    const bAt = b.offset + j * bColumn
    for (let i = 0; i < tiledRows; i += TILE) {
      const aAt = a.offset + i * aRow
      const cAt = c.offset + i * c.stride + j
      multiplyTile(floats, depth, aAt, aRow, aDepth, bAt, bDepth, bColumn, cAt, c.stride)
    }
  }
  // The rest: the last columns of the tiled rows, and every column of the last rows.
  for (let i = 0; i < rows; i++) {
    const aAt = a.offset + i * aRow
    for (let j = i < tiledRows ? tiledColumns : 0; j < columns; j++) {
      const bAt = b.offset + j * bColumn
      multiplyElement(floats, depth, aAt, aDepth, bAt, bDepth, c.offset + i * c.stride + j)
    }
  }
}

/** One element of C at index `c`, by the same chain as in a block. */
function multiplyElement(
  floats: Float32Array,
  depth: number,
  a: number,
  aDepth: number,
  b: number,
  bDepth: number,
  c: number,
): void {
  let chain = floats[c]
  for (let k = 0; k < depth; k++) {
    chain = fround(chain + fround(floats[a] * floats[b]))
    a += aDepth
    b += bDepth
  }
  floats[c] = chain
}

/** The 4×4 block of C at index `c`; `aRow` … `bColumn` are the distances between neighbours in A and in B. */
function multiplyTile(
  floats: Float32Array,
  depth: number,
  a: number,
  aRow: number,
  aDepth: number,
  b: number,
  bDepth: number,
  bColumn: number,
  c: number,
  cRow: number,
): void {
  const c0 = c
  const c1 = c + cRow
  const c2 = c + 2 * cRow
  const c3 = c + 3 * cRow
  let c00 = floats[c0]
  let c01 = floats[c0 + 1]
  let c02 = floats[c0 + 2]
  let c03 = floats[c0 + 3]
  let c10 = floats[c1]
  let c11 = floats[c1 + 1]
  let c12 = floats[c1 + 2]
  let c13 = floats[c1 + 3]
  let c20 = floats[c2]
  let c21 = floats[c2 + 1]
  let c22 = floats[c2 + 2]
  let c23 = floats[c2 + 3]
  let c30 = floats[c3]
  let c31 = floats[c3 + 1]
  let c32 = floats[c3 + 2]
  let c33 = floats[c3 + 3]
  for (let k = 0; k < depth; k++) {
    const b0 = floats[b]
    const b1 = floats[b + bColumn]
    const b2 = floats[b + 2 * bColumn]
    const b3 = floats[b + 3 * bColumn]
    const a0 = floats[a]
    const a1 = floats[a + aRow]
    const a2 = floats[a + 2 * aRow]
    const a3 = floats[a + 3 * aRow]
    c00 = fround(c00 + fround(a0 * b0))
    c01 = fround(c01 + fround(a0 * b1))
    c02 = fround(c02 + fround(a0 * b2))
    c03 = fround(c03 + fround(a0 * b3))
    c10 = fround(c10 + fround(a1 * b0))
    c11 = fround(c11 + fround(a1 * b1))
    c12 = fround(c12 + fround(a1 * b2))
    c13 = fround(c13 + fround(a1 * b3))
    c20 = fround(c20 + fround(a2 * b0))
    c21 = fround(c21 + fround(a2 * b1))
    c22 = fround(c22 + fround(a2 * b2))
    c23 = fround(c23 + fround(a2 * b3))
    c30 = fround(c30 + fround(a3 * b0))
    c31 = fround(c31 + fround(a3 * b1))
    c32 = fround(c32 + fround(a3 * b2))
    c33 = fround(c33 + fround(a3 * b3))
    a += aDepth
    b += bDepth
  }
  floats[c0] = c00
  floats[c0 + 1] = c01
  floats[c0 + 2] = c02
  floats[c0 + 3] = c03
  floats[c1] = c10
  floats[c1 + 1] = c11
  floats[c1 + 2] = c12
  floats[c1 + 3] = c13
  floats[c2] = c20
  floats[c2 + 1] = c21
  floats[c2 + 2] = c22
  floats[c2 + 3] = c23
  floats[c3] = c30
  floats[c3 + 1] = c31
  floats[c3 + 2] = c32
  floats[c3 + 3] = c33
}
