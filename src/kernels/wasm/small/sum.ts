import { alongColumns, load, move, store, type Piece } from './columns.ts'
import { advance, constant, exportedFunction, FLOAT, get, numbered, repeat, set, times } from '../text.ts'
import { add, and } from '../vector.ts'

/** Vectors of chains that advance together in registers: enough to hide the latency of an addition. */
const CHAINS = 8
const chains = numbered('$chain', CHAINS)

/** Adds the piece at the pointer to the chains. */
const addTo = (piece: Piece, pointer: string): string =>
  times(piece.vectors, (v) => set(chains[v], add(get(chains[v]), load(piece, pointer, v))))

/**
 * total[0][j] (+)= Σ_r matrix[r][j], down the rows, some columns at a time. The chains start from the total if
 * `$accumulate` is 1, and from +0 if it is 0.
 */
const sumRows = exportedFunction(
  'small_sum_rows',
  ['$rows i32', '$columns i32', '$matrix i32', '$step i32', '$total i32', '$accumulate i32'],
  { integers: ['$left', '$at', '$below'], vectors: [...chains, '$kept'] },
  `
  ${set('$kept', '(i32x4.splat (i32.sub (i32.const 0) (local.get $accumulate)))')}
  ${alongColumns(
    (piece) => `
    ${times(piece.vectors, (v) => set(chains[v], and(load(piece, '$total', v), get('$kept'))))}
    (local.set $at (local.get $matrix))
    (local.set $below (local.get $rows))
    ${repeat('$row', '$below')`${addTo(piece, '$at') + advance('$at', get('$step'))}`}
    ${times(piece.vectors, (v) => store(piece, '$total', get(chains[v]), v))}
    ${move(piece, '$total')}
    ${move(piece, '$matrix')}`,
    CHAINS,
  )}`,
)

/** Bytes of an entry of the list of sources: address and bytes between rows. */
export const SOURCE_BYTES = 8

/**
 * target[i][j] = (sources[0] + sources[1]) + sources[2] …, for the `$count` sources in the list at `$sources`. A piece is
 * read from all sources before it is written, so the target may be one of them.
 */
const sumMatrices = exportedFunction(
  'small_sum',
  ['$rows i32', '$columns i32', '$sources i32', '$count i32', '$target i32', '$step i32'],
  { integers: ['$left', '$row', '$column', '$source', '$more', '$at', '$to'], vectors: chains },
  repeat('$down', '$rows')`
    (local.set $column (i32.const 0))
    (local.set $to (local.get $target))
    ${alongColumns((piece) => {
      const address = `
      (local.set $at (i32.add (local.get $column) (i32.add (i32.load (local.get $source))
        (i32.mul (local.get $row) (i32.load offset=${FLOAT} (local.get $source))))))
      ${advance('$source', constant(SOURCE_BYTES))}`
      return `
      (local.set $source (local.get $sources))
      (local.set $more (i32.sub (local.get $count) (i32.const 1)))
      ${address}
      ${times(piece.vectors, (v) => set(chains[v], load(piece, '$at', v)))}
      ${repeat('$next', '$more')`${address + addTo(piece, '$at')}`}
      ${times(piece.vectors, (v) => store(piece, '$to', get(chains[v]), v))}
      ${move(piece, '$to')}
      ${move(piece, '$column')}`
    }, CHAINS)}
    ${advance('$row', constant(1))}
    ${advance('$target', get('$step'))}`,
)

export const sums = [sumRows, sumMatrices].join('\n')
