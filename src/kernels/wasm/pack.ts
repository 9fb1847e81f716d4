import { TILE_WIDTH } from '../kernel.ts'
import { VECTORS, type Tile } from './specification.ts'
import { advance, constant, declare, FLOAT, get, numbered, repeat, times, WIDTH_BYTES } from './text.ts'
import { LANES, loadVectors, shuffle, storeVectors, VECTOR } from './vector.ts'

const ROW = numbered('$v', VECTORS)

/**
 * Copies `$panels` neighbouring panels of B, each as wide as a tile, so that the `$depth` rows of a panel are
 * contiguous and the panels `$distance` bytes apart: the micro-kernel then reads a panel as one stream that stays in the
 * first-level cache. It copies row by row over all panels, since each row of B may lie on a page of its own.
 * `$from`, `$step`: the panels in B, and the bytes from one of its rows to the next. `$to`: the packed panels.
 */
export const packRows = `
(func $pack_rows (param $from i32) (param $step i32) (param $to i32) (param $distance i32) (param $depth i32) (param $panels i32)
  (local $p i32) (local $source i32) (local $target i32)
  ${declare(ROW, 'v128')}
  ${repeat('$row', '$depth')`(local.set $p (local.get $panels))
     (local.set $source (local.get $from))
     (local.set $target (local.get $to))
     ${repeat('$panel', '$p')`${loadVectors(ROW, '$source')}
        ${storeVectors(ROW.map(get), '$target')}
        ${advance('$source', WIDTH_BYTES)}
        ${advance('$target', get('$distance'))}`}
     ${advance('$from', get('$step'))}
     ${advance('$to', WIDTH_BYTES)}`})`

/** The lower or upper halves of two locals, lane by lane in turn. */
const interleave = (half: 'low' | 'high', a: string, b: string): string =>
  shuffle(half === 'low' ? [0, 4, 1, 5] : [2, 6, 3, 7], get(a), get(b))
/** The lower or upper halves of two locals, side by side. */
const halves = (half: 'low' | 'high', a: string, b: string): string =>
  shuffle(half === 'low' ? [0, 1, 4, 5] : [2, 3, 6, 7], get(a), get(b))

/**
 * The same for a panel of Bᵀ: `$columns` rows of the stored matrix (at most the tile's width) become columns of the
 * panel. Blocks of 4 × 4 are transposed in registers. The last row stands in for missing ones: its extra lanes are computed
 * and thrown away.
 */
export const packTransposed = `
(func $pack_transposed (param $from i32) (param $step i32) (param $to i32) (param $depth i32) (param $columns i32)
  (local $k i32) (local $source i32) (local $target i32)
  ${times(TILE_WIDTH, (i) => `(local $p${i} i32)`)}
  ${declare(['$a', '$b', '$c', '$d', '$e', '$f', '$g', '$h'], 'v128')}
  (local.set $p0 (local.get $from))
  ${times(
    TILE_WIDTH - 1,
    (i) => `(local.set $p${i + 1} (select (i32.add (local.get $p${i}) (local.get $step)) (local.get $p${i})
      (i32.gt_s (local.get $columns) ${constant(i + 1)})))`,
  )}
  (local.set $k (i32.div_u (local.get $depth) (i32.const 4)))
  ${repeat('$block', '$k')`${times(VECTORS, transposeBlock)}
     ${times(TILE_WIDTH, (i) => advance(`$p${i}`, constant(VECTOR)))}
     ${advance('$to', constant(LANES * TILE_WIDTH * FLOAT))}`}
  (local.set $k (i32.rem_u (local.get $depth) (i32.const 4)))
  ${repeat('$single', '$k')`${times(
    TILE_WIDTH,
    (i) =>
      `(f32.store offset=${FLOAT * i} (local.get $to) (f32.load (local.get $p${i})))${advance(`$p${i}`, constant(FLOAT))}`,
  )}
     ${advance('$to', WIDTH_BYTES)}`})`

/** Moves the next four elements of four rows into vector `v` of four rows of the panel. */
function transposeBlock(v: number): string {
  const rows = ['$a', '$b', '$c', '$d']
  const load = times(LANES, (i) => `(local.set ${rows[i]} (v128.load (local.get $p${LANES * v + i})))`)
  const store = (row: number, value: string) =>
    `(v128.store offset=${VECTOR * (row * VECTORS + v)} (local.get $to) ${value})`
  return `${load}
    (local.set $e ${interleave('low', '$a', '$b')})
    (local.set $f ${interleave('high', '$a', '$b')})
    (local.set $g ${interleave('low', '$c', '$d')})
    (local.set $h ${interleave('high', '$c', '$d')})
    ${store(0, halves('low', '$e', '$g'))}
    ${store(1, halves('high', '$e', '$g'))}
    ${store(2, halves('low', '$f', '$h'))}
    ${store(3, halves('high', '$f', '$h'))}`
}

/** Copies `$columns` floats of each of `$rows` rows from one place to another. */
export const copyRectangle = `
(func $copy (param $from i32) (param $fromStep i32) (param $to i32) (param $toStep i32) (param $rows i32) (param $columns i32)
  (local $j i32) (local $p i32) (local $q i32)
  ${repeat('$row', '$rows')`(local.set $j (local.get $columns))
     (local.set $p (local.get $from))
     (local.set $q (local.get $to))
     ${repeat('$column', '$j')`(f32.store (local.get $q) (f32.load (local.get $p)))
        ${advance('$p', constant(FLOAT))}
        ${advance('$q', constant(FLOAT))}`}
     ${advance('$from', get('$fromStep'))}
     ${advance('$to', get('$toStep'))}`})`

/** Rows copied in one turn. */
const STRIP_UNROLL = 4

/**
 * Copies `strips` neighbouring strips of Aᵀ's stored matrix, each `rows` columns wide and `$depth` rows deep, so that the
 * rows of a strip are contiguous and the strips `$distance` bytes apart: the micro-kernel then reads one stream, instead of
 * a cache line and a page for every few floats. It copies several rows a turn to be cheap.
 */
export function packStrips({ rows, strips }: Tile): string {
  const vectors = numbered('$v', (rows * strips) / LANES)
  const piece = (strip: number, at: number, row: number): string => {
    const lane = (strip * rows + at) % LANES
    const vector = get(vectors[Math.floor((strip * rows + at) / LANES)])
    const lanes = Math.min(rows - at, LANES - lane)
    const to = `offset=${FLOAT * (rows * row + at)}`
    const rest = at + lanes < rows ? piece(strip, at + lanes, row) : ''
    const store = lanes === LANES ? `v128.store ${to}` : `v128.store64_lane ${to} ${lane / 2}`
    return `(${store} (local.get $to${strip}) ${vector}) ${rest}`
  }
  const copyRow = (row: number) =>
    loadVectors(vectors, '$from') + advance('$from', get('$step')) + times(strips, (strip) => piece(strip, 0, row))
  const copyRows = (count: number) =>
    times(count, copyRow) + times(strips, (strip) => advance(`$to${strip}`, constant(FLOAT * rows * count)))
  return `
(func $pack_strips (param $from i32) (param $step i32) (param $to0 i32) (param $distance i32) (param $depth i32)
  (local $k i32) ${times(strips - 1, (s) => `(local $to${s + 1} i32)`)} ${vectors.map((v) => `(local ${v} v128)`).join('\n')}
  ${times(strips - 1, (s) => `(local.set $to${s + 1} (i32.add (local.get $to${s}) (local.get $distance)))`)}
  (local.set $k (i32.div_u (local.get $depth) ${constant(STRIP_UNROLL)}))
  ${repeat('$together', '$k')`${copyRows(STRIP_UNROLL)}`}
  (local.set $k (i32.rem_u (local.get $depth) ${constant(STRIP_UNROLL)}))
  ${repeat('$single', '$k')`${copyRows(1)}`})`
}
