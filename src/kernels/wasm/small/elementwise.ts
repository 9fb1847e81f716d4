import { alongColumns, load, move, parametersOf, SIDE_BY_SIDE, store, type Piece } from './columns.ts'
import { advance, constant, exportedFunction, FLOAT, get, repeat, set, times } from '../text.ts'

interface Elementwise {
  readonly name: string
  /** Matrices of the same shape. In the formula, local `$w0` holds a vector of matrix `w`, `$w1` the one beside it. */
  readonly reads: readonly string[]
  /** Those whose new values the formula leaves in the same locals. */
  readonly writes: readonly string[]
  /** Vector locals that are set to the floats at the address `$numbers`, a further parameter. */
  readonly numbers?: readonly string[]
  /** Further vector locals of the formula, whose names end in `u`. */
  readonly temporaries?: ((u: number) => readonly string[]) | undefined
  readonly formula: (u: number) => string
}

const each = (matrices: readonly string[], line: (matrix: string) => string): string => matrices.map(line).join('\n')
const value = (matrix: string, u: number): string => `$${matrix}${u}`

/**
 * The function `name`(rows, columns, then address and bytes between rows of each matrix, then the address of the
 * numbers), which replaces each element by a formula of the elements in the same place. If the rows of all matrices are
 * contiguous, they become one long row.
 */
export function elementwise({ name, reads, writes, numbers = [], temporaries, formula }: Elementwise): string {
  const vectors = Array.from({ length: SIDE_BY_SIDE }, (_, u) => [
    ...reads.map((matrix) => value(matrix, u)),
    ...(temporaries?.(u) ?? []),
  ])
  const piece = (of: Piece): string => `
    ${each(reads, (matrix) => times(of.vectors, (u) => set(value(matrix, u), load(of, `$${matrix}At`, u))))}
    ${times(of.vectors, formula)}
    ${each(writes, (matrix) => times(of.vectors, (u) => store(of, `$${matrix}At`, get(value(matrix, u)), u)))}
    ${move(of, ...reads.map((matrix) => `$${matrix}At`))}`
  const gapless = reads.map(
    (matrix) => `(i32.eq (local.get $${matrix}Step) (i32.mul (local.get $columns) ${constant(FLOAT)}))`,
  )
  return exportedFunction(
    name,
    [...parametersOf(...reads), ...(numbers.length > 0 ? ['$numbers i32'] : [])],
    { integers: ['$left', ...reads.map((matrix) => `$${matrix}At`)], vectors: [...numbers, ...vectors.flat()] },
    `${times(numbers.length, (n) => set(numbers[n], `(v128.load32_splat offset=${n * FLOAT} (local.get $numbers))`))}
    (if ${gapless.reduce((a, b) => `(i32.and ${a} ${b})`)}
      (then
        (local.set $columns (i32.mul (local.get $columns) (local.get $rows)))
        (local.set $rows (i32.const 1))))
    ${repeat('$row', '$rows')`${each(reads, (matrix) => set(`$${matrix}At`, get(`$${matrix}`)))}
       ${alongColumns(piece)}
       ${each(reads, (matrix) => advance(`$${matrix}`, get(`$${matrix}Step`)))}`}`,
  )
}
