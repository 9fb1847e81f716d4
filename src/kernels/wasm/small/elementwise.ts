import { advance, constant, exportedFunction, FLOAT, get, repeat, times } from '../text.ts'
import { alongColumns, bytesOf, load, store, type Piece } from './columns.ts'
import { set } from './vector.ts'

/** Vectors that go through a formula side by side: V8 can join two neighbours, and they hide each other's latency. */
const SIDE_BY_SIDE = 2

export interface Elementwise {
  readonly name: string
  /** Matrices of the same shape. In the formula, local `$w0` holds a vector of matrix `w`, `$w1` the one beside it. */
  readonly reads: readonly string[]
  /** Those whose new values the formula leaves in the same locals. */
  readonly writes: readonly string[]
  /** Further parameters, such as `$numbers i32`. */
  readonly parameters?: readonly string[]
  /** Vector locals that `prepare` sets once, from the parameters. */
  readonly prepared?: readonly string[]
  readonly prepare?: string
  /** Further vector locals of the formula, whose names end in `u`. */
  readonly temporaries?: ((u: number) => readonly string[]) | undefined
  readonly formula: (u: number) => string
}

const each = (matrices: readonly string[], line: (matrix: string) => string): string => matrices.map(line).join('\n')
const value = (matrix: string, u: number): string => `$${matrix}${u}`

/**
 * The function `name`(rows, columns, then address and bytes between rows of each matrix, then the parameters), which
 * replaces each element by a formula of the elements in the same place. A matrix with 0 bytes between its rows is a single
 * row that all rows share. If the rows of all matrices are contiguous, they become one long row.
 */
export function elementwise(operation: Elementwise): string {
  const { name, reads, writes, parameters = [], prepared = [], prepare = '', temporaries, formula } = operation
  const unrolled = Array.from({ length: SIDE_BY_SIDE }, (_, u) => u)

  const piece = (of: Piece): string => {
    return `
    ${each(reads, (matrix) => times(of.vectors, (u) => set(value(matrix, u), load(of, `$${matrix}At`, u))))}
    ${times(of.vectors, formula)}
    ${each(writes, (matrix) => times(of.vectors, (u) => store(of, `$${matrix}At`, get(value(matrix, u)), u)))}
    ${each(reads, (matrix) => advance(`$${matrix}At`, constant(bytesOf(of))))}`
  }
  const gapless = reads.map(
    (matrix) => `(i32.eq (local.get $${matrix}Step) (i32.mul (local.get $columns) ${constant(FLOAT)}))`,
  )
  return exportedFunction(
    name,
    ['$rows i32', '$columns i32', ...reads.flatMap((m) => [`$${m} i32`, `$${m}Step i32`]), ...parameters],
    {
      integers: ['$left', ...reads.map((matrix) => `$${matrix}At`)],
      vectors: [
        ...prepared,
        ...unrolled.flatMap((u) => [...reads.map((matrix) => value(matrix, u)), ...(temporaries?.(u) ?? [])]),
      ],
    },
    `${prepare}
    (if ${gapless.reduce((a, b) => `(i32.and ${a} ${b})`)}
      (then
        (local.set $columns (i32.mul (local.get $columns) (local.get $rows)))
        (local.set $rows (i32.const 1))))
    ${repeat(
      '$row',
      '$rows',
      `${each(reads, (matrix) => set(`$${matrix}At`, get(`$${matrix}`)))}
       ${alongColumns(SIDE_BY_SIDE, piece)}
       ${each(reads, (matrix) => advance(`$${matrix}`, get(`$${matrix}Step`)))}`,
    )}`,
  )
}
