import { advance, constant, FLOAT, get, repeat, times, VECTOR } from './text.ts'

/**
 * How A lies in memory. `rows`: each of the tile's rows is contiguous along k and has a pointer of its own. `columns`: the
 * tile's rows lie side by side, and k moves from one stored row to the next.
 */
export type Order = 'rows' | 'columns'

/** What is done with the finished sums of a tile. */
export type Epilogue = 'store' | 'bias' | 'bias-relu' | 'mask' | 'sgd'

export interface Tile {
  /** Rows of C computed together, each in `vectors` accumulators. */
  readonly rows: number
  /** Vectors of four columns; `rows` times as many, and a few more, should fit the registers. */
  readonly vectors: number
  /** Steps of k in one turn of the loop. */
  readonly unroll: number
  /** Strips of A, each as high as the tile, packed together: their rows should fill whole vectors. */
  readonly strips: number
  /** Whether multiply and add are one instruction with one rounding, or two with two. */
  readonly fused: boolean
}

const accumulator = (i: number, v: number) => `$c${i}_${v}`

/**
 * The micro-kernel (Goto and van de Geijn 2008; Van Zee and van de Geijn 2015, BLIS): a tile of C, rows × vectors,
 * stays in registers while k runs. Each turn loads one row of the packed panel of B, `vectors` vectors of it, and
 * multiplies it with one element of A per row, spread over a vector. So a turn does rows × vectors multiply-adds for
 * rows + vectors loads. Every element of C is one chain in ascending k, so the tile's shape does not change a bit.
 *
 * The function computes `$tiles` tiles one after the other, down a panel or along a strip of rows, by the `$…Next`.
 * - `$a`, `$aStep`: A, and the bytes from one of its rows (order `rows`) or k (order `columns`) to the next;
 * - `$b`, `$bStep`: the panel of B, and the bytes from one k to the next;
 * - `$in`, `$inStep`: where the chains start, and the bytes between rows: C itself, or a row of zeros and 0;
 * - `$c`, `$cStep`: C and the bytes between its rows;
 * - `$e`, `$eStep`: what the epilogue reads: the bias row and 0, what the layer read (`mask`), or the weights (`sgd`);
 * - `$aNext` … `$eNext`: the bytes from one tile to the next;
 * - `$rate`: the learning rate of `sgd`, which updates the weights in place and does not write C.
 */
export function microKernel(name: string, order: Order, epilogue: Epilogue, tile: Tile): string {
  const { rows, vectors, unroll } = tile
  const eachRow = (line: (row: number) => string) => times(rows, line)
  const eachVector = (line: (vector: number) => string) => times(vectors, line)
  const pointer = (row: number) => (order === 'rows' ? `$a${row}` : '$a0')

  const turn = (step: number): string => {
    const loadB = eachVector((v) => `(local.set $b${v} (v128.load offset=${VECTOR * v} (local.get $bk)))`)
    const multiply = eachRow((i) => {
      const offset = order === 'rows' ? FLOAT * step : FLOAT * i
      const spread = `(local.set $s (v128.load32_splat offset=${offset} (local.get ${pointer(i)})))`
      return spread + eachVector((v) => multiplyAdd(accumulator(i, v), `$b${v}`, tile.fused))
    })
    const next = order === 'columns' ? advance('$a0', get('$aStep')) : ''
    return `${loadB}\n${multiply}\n${advance('$bk', get('$bStep'))}\n${next}`
  }
  /** `count` steps of k. */
  const turns = (count: number): string => {
    const nextRows = order === 'rows' ? eachRow((i) => advance(pointer(i), constant(FLOAT * count))) : ''
    return times(count, turn) + nextRows
  }

  const accumulators = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: vectors }, (__, v) => accumulator(i, v)),
  ).flat()
  const pointers = Array.from({ length: order === 'rows' ? rows : 1 }, (_, i) => `$a${i}`)
  const panel = Array.from({ length: vectors }, (_, v) => `$b${v}`)
  const locals = [
    ...[...pointers, '$bk', '$k', '$p', '$q'].map((local) => `(local ${local} i32)`),
    ...[...accumulators, ...panel, '$s'].map((local) => `(local ${local} v128)`),
  ].join(' ')

  return `
(func $${name} (export "${name}")
  (param $a i32) (param $aStep i32) (param $b i32) (param $bStep i32) (param $depth i32)
  (param $in i32) (param $inStep i32) (param $c i32) (param $cStep i32)
  (param $e i32) (param $eStep i32) (param $rate i32) (param $tiles i32)
  (param $aNext i32) (param $bNext i32) (param $inNext i32) (param $cNext i32) (param $eNext i32)
  ${locals}
  ${repeat(
    '$tile',
    '$tiles',
    `
    ${startChains(rows, vectors)}
    (local.set $a0 (local.get $a))
    ${order === 'rows' ? times(rows - 1, (i) => `(local.set $a${i + 1} (i32.add (local.get $a${i}) (local.get $aStep)))`) : ''}
    (local.set $bk (local.get $b))
    (local.set $k ${unroll === 1 ? get('$depth') : `(i32.div_u (local.get $depth) ${constant(unroll)})`})
    ${repeat('$turn', '$k', turns(unroll))}
    ${unroll === 1 ? '' : `(local.set $k (i32.rem_u (local.get $depth) ${constant(unroll)}))${repeat('$rest', '$k', turns(1))}`}
    ${finish(epilogue, rows, vectors)}
    ${['a', 'b', 'in', 'c', 'e'].map((operand) => advance(`$${operand}`, get(`$${operand}Next`))).join('\n')}`,
  )})`
}

/** c = c + s·b */
const multiplyAdd = (c: string, b: string, fused: boolean): string =>
  fused
    ? `(local.set ${c} (f32x4.relaxed_madd (local.get $s) (local.get ${b}) (local.get ${c})))`
    : `(local.set ${c} (f32x4.add (local.get ${c}) (f32x4.mul (local.get $s) (local.get ${b}))))`

/** Loads the accumulators row by row. */
const startChains = (rows: number, vectors: number): string => `
    (local.set $p (local.get $in))
    ${times(
      rows,
      (i) =>
        times(vectors, (v) => `(local.set ${accumulator(i, v)} (v128.load offset=${VECTOR * v} (local.get $p)))`) +
        advance('$p', get('$inStep')),
    )}`

/** All loads of a row come before its stores: V8 joins two vectors only if nothing is stored between their loads. */
function finish(epilogue: Epilogue, rows: number, vectors: number): string {
  const row = (i: number): string =>
    (epilogue === 'store' ? '' : times(vectors, loadOperand)) +
    times(vectors, (v) => {
      const value = finished(epilogue, get(accumulator(i, v)), get(`$b${v}`))
      return `(v128.store offset=${VECTOR * v} (local.get ${epilogue === 'sgd' ? '$q' : '$p'}) ${value})`
    })
  return `
    (local.set $p (local.get $c))
    (local.set $q (local.get $e))
    ${epilogue === 'sgd' ? '(local.set $s (v128.load32_splat (local.get $rate)))' : ''}
    ${times(rows, (i) => row(i) + advance('$p', get('$cStep')) + advance('$q', get('$eStep')))}`
}

const loadOperand = (v: number): string => `(local.set $b${v} (v128.load offset=${VECTOR * v} (local.get $q)))`

const ZERO = '(v128.const f32x4 0 0 0 0)'

function finished(epilogue: Epilogue, sum: string, operand: string): string {
  switch (epilogue) {
    case 'store':
      return sum
    case 'bias':
      return `(f32x4.add ${sum} ${operand})`
    case 'bias-relu':
      return `(f32x4.pmax ${ZERO} (f32x4.add ${sum} ${operand}))`
    case 'mask':
      return `(v128.and ${sum} (f32x4.gt ${operand} ${ZERO}))`
    case 'sgd':
      return `(f32x4.sub ${operand} (f32x4.mul ${sum} (local.get $s)))`
  }
}
