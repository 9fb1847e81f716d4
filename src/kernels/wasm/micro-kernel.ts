import { VECTORS } from './specification.ts'
import { advance, constant, declare, FLOAT, get, numbered, repeat, times } from './text.ts'
import { loadVectors, storeVectors } from './vector.ts'

/**
 * How A lies in memory. `rows`: each of the tile's rows is contiguous along k and has a pointer of its own. `columns`: the
 * tile's rows lie side by side, and k moves from one stored row to the next.
 */
export type StorageOrder = 'rows' | 'columns'

/** What is done with the finished sums of a tile. */
export type Epilogue = 'store' | 'bias' | 'bias-relu' | 'mask' | 'sgd'

/** The name of the micro-kernel for a number of rows. */
export const tileName = (order: StorageOrder, epilogue: Epilogue, rows: number) => `tile_${order}_${epilogue}_${rows}`

/** Locals for a row of the panel of B, and later for what the epilogue reads. */
const OPERANDS = numbered('$b', VECTORS)

/**
 * The micro-kernel (Goto and van de Geijn 2008; Van Zee and van de Geijn 2015, BLIS): a tile of C, rows × vectors,
 * stays in registers while k runs. Each turn loads one row of the packed panel of B and multiplies it with one element of
 * A per row, spread over a vector. So a turn does rows × vectors multiply-adds for rows + vectors loads. Every element of
 * C is one chain in ascending k, so the tile's shape does not change a bit.
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
export function microKernel(order: StorageOrder, epilogue: Epilogue, rows: number, fused: boolean): string {
  const name = tileName(order, epilogue, rows)
  const chains = Array.from({ length: rows }, (_, row) => numbered(`$c${row}_`, VECTORS))
  const pointers = numbered('$a', order === 'rows' ? rows : 1)
  const multiplyRow = (row: number): string => {
    const element = order === 'rows' ? `offset=0 ${get(pointers[row])}` : `offset=${FLOAT * row} (local.get $a0)`
    const multiplyAdds = chains[row].map((c, v) => multiplyAdd(c, OPERANDS[v], fused))
    return `(local.set $s (v128.load32_splat ${element}))${multiplyAdds.join('\n')}`
  }
  const turn = [
    loadVectors(OPERANDS, '$bk'),
    times(rows, multiplyRow),
    advance('$bk', get('$bStep')),
    ...pointers.map((pointer) => advance(pointer, order === 'rows' ? constant(FLOAT) : get('$aStep'))),
  ].join('\n')

  return `
(func $${name} (export "${name}")
  (param $a i32) (param $aStep i32) (param $b i32) (param $bStep i32) (param $depth i32)
  (param $in i32) (param $inStep i32) (param $c i32) (param $cStep i32)
  (param $e i32) (param $eStep i32) (param $rate i32) (param $tiles i32)
  (param $aNext i32) (param $bNext i32) (param $inNext i32) (param $cNext i32) (param $eNext i32)
  ${declare([...pointers, '$bk', '$k', '$p', '$q'], 'i32')} ${declare([...chains.flat(), ...OPERANDS, '$s'], 'v128')}
  ${repeat('$tile', '$tiles')`
    ${start(chains)}
    (local.set $a0 (local.get $a))
    ${order === 'rows' ? times(rows - 1, (i) => `(local.set $a${i + 1} (i32.add (local.get $a${i}) (local.get $aStep)))`) : ''}
    (local.set $bk (local.get $b))
    (local.set $k (local.get $depth))
    ${repeat('$turn', '$k')`${turn}`}
    ${finish(epilogue, chains)}
    ${['a', 'b', 'in', 'c', 'e'].map((operand) => advance(`$${operand}`, get(`$${operand}Next`))).join('\n')}`})`
}

/** c = c + s·b, for the names of locals. */
export const multiplyAdd = (c: string, b: string, fused: boolean): string =>
  fused
    ? `(local.set ${c} (f32x4.relaxed_madd (local.get $s) (local.get ${b}) (local.get ${c})))`
    : `(local.set ${c} (f32x4.add (local.get ${c}) (f32x4.mul (local.get $s) (local.get ${b}))))`

/** Loads the accumulators row by row. */
const start = (chains: readonly string[][]): string => `
    (local.set $p (local.get $in))
    ${chains.map((row) => loadVectors(row, '$p') + advance('$p', get('$inStep'))).join('\n')}`

/** All loads of a row come before its stores: V8 joins two vectors only if nothing is stored between their loads. */
function finish(epilogue: Epilogue, chains: readonly string[][]): string {
  const load = epilogue === 'store' ? '' : loadVectors(OPERANDS, '$q')
  const target = epilogue === 'sgd' ? '$q' : '$p'
  const eachRow = chains.map((row) => {
    const finished = row.map((c, v) => FINISHED[epilogue](get(c), get(OPERANDS[v])))
    return load + storeVectors(finished, target) + advance('$p', get('$cStep')) + advance('$q', get('$eStep'))
  })
  return `\n    \n    (local.set $p (local.get $c))
    (local.set $q (local.get $e))
    ${epilogue === 'sgd' ? '(local.set $s (v128.load32_splat (local.get $rate)))' : ''}
    ${eachRow.join('\n')}`
}

const ZERO = '(v128.const f32x4 0 0 0 0)'

const FINISHED: Readonly<Record<Epilogue, (sum: string, operand: string) => string>> = {
  store: (sum) => sum,
  bias: (sum, bias) => `(f32x4.add ${sum} ${bias})`,
  'bias-relu': (sum, bias) => `(f32x4.pmax ${ZERO} (f32x4.add ${sum} ${bias}))`,
  mask: (sum, x) => `(v128.and ${sum} (f32x4.gt ${x} ${ZERO}))`,
  sgd: (sum, w) => `(f32x4.sub ${w} (f32x4.mul ${sum} (local.get $s)))`,
}
