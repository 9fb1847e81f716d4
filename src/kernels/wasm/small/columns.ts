import { advance, constant, FLOAT, get, repeat } from '../text.ts'
import { LANES } from '../vector.ts'

/** The width of a piece of a row: some whole vectors, or the two lanes or one lane left after the last whole vector. */
export interface Piece {
  readonly vectors: number
  readonly lanes: 4 | 2 | 1
}

/** Advances pointers by the width of a piece. */
export const move = ({ vectors, lanes }: Piece, ...pointers: string[]): string =>
  pointers.map((pointer) => advance(pointer, constant(vectors * lanes * FLOAT))).join('\n')

/** Parameters of a function on matrices of the same height: address of each, and bytes between its rows. */
export const parametersOf = (...matrices: string[]): string[] => [
  '$rows i32',
  '$columns i32',
  ...matrices.flatMap((matrix) => [`$${matrix} i32`, `$${matrix}Step i32`]),
]

/** Vectors that go through a formula side by side: V8 can join two neighbours, and they hide each other's latency. */
export const SIDE_BY_SIDE = 2

/**
 * Goes along `$columns` columns: `vectors` (a power of two) vectors at a time, then the rest in ever smaller pieces, so
 * that no float beyond the last column is touched. `body` is written once for each size of piece, and must advance its
 * pointers itself. Uses the local `$left`.
 */
export function alongColumns(body: (piece: Piece) => string, vectors = SIDE_BY_SIDE): string {
  const width = vectors * LANES
  const rest: string[] = []
  for (let columns = width / 2; columns >= 1; columns /= 2) {
    const lanes = columns >= 4 ? 4 : columns === 2 ? 2 : 1
    const piece = body({ vectors: columns / lanes, lanes })
    rest.push(`(if (i32.and (local.get $columns) (i32.const ${columns})) (then ${piece}))`)
  }
  return `
  (local.set $left (i32.div_u (local.get $columns) (i32.const ${width})))
  ${repeat('$along', '$left')`${body({ vectors, lanes: 4 })}`}
  ${rest.join('\n')}`
}

/**
 * Vector `vector` of the piece at the pointer. Pieces of two lanes or one are repeated in the other lanes, so that those
 * hold no values slower to compute with, or larger, than the row's own.
 */
export function load({ lanes }: Piece, pointer: string, vector = 0): string {
  const instruction = { 4: 'v128.load', 2: 'v128.load64_splat', 1: 'v128.load32_splat' }[lanes]
  return `(${instruction} offset=${vector * LANES * FLOAT} ${get(pointer)})`
}

export function store({ lanes }: Piece, pointer: string, value: string, vector = 0): string {
  const at = `offset=${vector * LANES * FLOAT}`
  if (lanes === 4) return `(v128.store ${at} ${get(pointer)} ${value})`
  return `(v128.store${lanes * 32}_lane ${at} 0 ${get(pointer)} ${value})`
}
