import { tileName, type Epilogue, type StorageOrder } from './micro-kernel.ts'
import { FEWEST_TURNS, type Tile } from './specification.ts'
import { advance, constant, FLOAT, get, repeat, times, WIDTH_BYTES } from './text.ts'

/** The loops around the micro-kernel, over the rows of packed panels. */

const OPERANDS = ['a', 'aStep', 'b', 'bStep', 'depth', 'in', 'inStep', 'c', 'cStep', 'e', 'eStep', 'rate'] as const
/** Declares parameters of these names. */
export const parameters = (names: readonly string[]): string => names.map((name) => `(param $${name} i32)`).join(' ')
const pass = (names: readonly string[]): string => names.map((name) => get(`$${name}`)).join(' ')

/** Advances the operands by some rows. */
const skipRows = (order: StorageOrder, rows: string): string => `
    ${advance('$a', `(i32.mul ${rows} ${order === 'rows' ? get('$aStep') : constant(FLOAT)})`)}
    ${['in', 'c', 'e'].map((operand) => advance(`$${operand}`, `(i32.mul ${rows} (local.get $${operand}Step))`)).join('\n')}`

/**
 * Whole tiles first, `$tiles` of them, and then the remaining `$rows`, in tiles as tall as possible, since a low tile has
 * too few chains to keep the multipliers busy: fewer rows than half a tile are divided up with the last whole tile.
 */
function inTiles(order: StorageOrder, tall: number, whole: string, call: (rows: number) => string): string {
  const shared = Math.ceil(tall / 2)
  const rest = (rows: number): string => {
    if (rows <= tall) return call(rows)
    const upper = Math.ceil(rows / 2)
    return call(upper) + skipRows(order, constant(upper)) + call(rows - upper)
  }
  return `
  (local.set $tiles (i32.div_u (local.get $rows) ${constant(tall)}))
  (local.set $rows (i32.rem_u (local.get $rows) ${constant(tall)}))
  (if (i32.and (i32.gt_s (local.get $tiles) (i32.const 0)) (i32.and
        (i32.gt_s (local.get $rows) (i32.const 0)) (i32.lt_s (local.get $rows) ${constant(shared)})))
    (then
      (local.set $tiles (i32.sub (local.get $tiles) (i32.const 1)))
      (local.set $rows (i32.add (local.get $rows) ${constant(tall)}))))
  ${whole}
  ${times(tall + shared - 1, (i) => `(if (i32.eq (local.get $rows) ${constant(i + 1)}) (then ${rest(i + 1)} (return)))`)}`
}

/** All rows of one panel, for either order of A. */
export function down(order: StorageOrder, epilogue: Epilogue, { rows: tall }: Tile): string {
  const call = (rows: number, tiles = constant(1)) => `
    (call $${tileName(order, epilogue, rows)} ${pass(OPERANDS)} ${tiles}
      (i32.mul ${constant(rows)} ${order === 'rows' ? get('$aStep') : constant(FLOAT)}) (i32.const 0)
      ${['in', 'c', 'e'].map((operand) => `(i32.mul ${constant(rows)} (local.get $${operand}Step))`).join(' ')})`
  const whole = call(tall, get('$tiles')) + skipRows(order, `(i32.mul (local.get $tiles) ${constant(tall)})`)
  return `
(func $down_${order}_${epilogue} ${parameters(OPERANDS)} (param $rows i32)
  (local $tiles i32)
  ${inTiles(order, tall, whole, (rows) => call(rows))})`
}

/**
 * All rows of a group of `$panels` panels, strip by strip, for A in the order `columns`; the `$…Next` are the bytes from
 * one panel to the next. If there are enough panels for it to pay, some strips of A at a time are packed at `$packed`, so
 * that they too are streams.
 */
export function along(epilogue: Epilogue, { rows: tall, strips }: Tile): string {
  const [, , ...others] = OPERANDS
  const call = (rows: number, a = get('$a'), aStep = get('$aStep')) => `
    (call $${tileName('columns', epilogue, rows)} ${a} ${aStep} ${pass(others)} (local.get $panels)
      (i32.const 0) (local.get $bNext) (local.get $inNext) ${WIDTH_BYTES} ${WIDTH_BYTES})`
  const size = `(i32.mul (local.get $depth) ${constant(tall * FLOAT)})`
  const packed = (strip: number) => `(i32.add (local.get $packed) (i32.mul ${constant(strip)} ${size}))`
  const pack = `(call $pack_strips (local.get $a) (local.get $aStep) (local.get $packed) ${size} (local.get $depth))`
  const next = skipRows('columns', constant(tall))
  const whole = `
  (if (i32.ge_s (i32.mul (local.get $panels) (local.get $depth)) ${constant(FEWEST_TURNS)}) (then
    (local.set $together (i32.div_u (local.get $tiles) ${constant(strips)}))
    (local.set $tiles (i32.rem_u (local.get $tiles) ${constant(strips)}))
    ${repeat('$strips', '$together')`${pack}
       ${times(strips, (s) => call(tall, packed(s), constant(tall * FLOAT)) + next)}`}))
  ${repeat('$strip', '$tiles')`${call(tall)}${next}`}`
  return `
(func $along_columns_${epilogue} ${parameters(OPERANDS)} (param $rows i32)
  (param $panels i32) (param $bNext i32) (param $inNext i32) (param $packed i32)
  (local $tiles i32) (local $together i32)
  ${inTiles('columns', tall, whole, (rows) => call(rows))})`
}
