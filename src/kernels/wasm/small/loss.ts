import { alongColumns, load, move, parametersOf, store, type Piece } from './columns.ts'
import { exponential, logarithm, temporaries } from './transcendental.ts'
import { advance, constant, exportedFunction, FLOAT, get, repeat, set, times } from '../text.ts'
import { add, all, and, divide, isEqual, LANES, larger, multiply, shuffle, spread, subtract } from '../vector.ts'

/**
 * The losses of ../../js/loss.ts, row by row, operation for operation. The four lanes of the row sums are the lanes of a
 * vector. The label of a row is compared with a vector of column numbers, which are exact in float32 up to 2²⁴.
 */

/** Code that sets all lanes of a local to (l0 ∘ l1) ∘ (l2 ∘ l3): neighbours change places, then halves. */
const fold = (local: string, operation: (a: string, b: string) => string): string[] => {
  const swaps = [[1, 0, 3, 2], [2, 3, 0, 1]] // prettier-ignore
  return swaps.map((lanes) => set(local, operation(get(local), shuffle(lanes, get(local), get(local)))))
}
const sumLanes = ['', ...fold('$sum', add)].join('\n  ')

/** The upper three lanes of `a` one lane lower, and above them the lowest lane of `b`. */
const append = (a: string, b: string): string => shuffle([1, 2, 3, 4], a, b)
/** Each lane one higher, and the highest becomes the lowest. */
const rotateUp = (a: string): string => shuffle([3, 0, 1, 2], a, a)

const x = (u: number): string => `$x${u}`

/** `value` in the lanes of a piece, and 0 in the lanes that only repeat it. */
const own = ({ lanes }: Piece, value: string): string => {
  if (lanes === 4) return value
  return and(value, lanes === 2 ? '(v128.const i32x4 -1 -1 0 0)' : get('$lastLane'))
}

const startOneHot = `
  ${set('$label', '(v128.load32_splat (local.get $labels))')}
  ${set('$columnNumbers', '(v128.const f32x4 0 1 2 3)')}`

/** 1 in the label's column, 0 elsewhere. */
const oneHot = ({ lanes }: Piece): string => {
  const last = spread(`(f32.convert_i32_s (i32.sub (local.get $columns) ${constant(1)}))`)
  return and(isEqual(lanes === 1 ? last : get('$columnNumbers'), get('$label')), all(1))
}
const nextColumns = ({ lanes }: Piece): string => set('$columnNumbers', add(get('$columnNumbers'), all(lanes)))

const storeAll = (piece: Piece): string => times(piece.vectors, (u) => store(piece, '$dyAt', get(x(u)), u))
const restart = (...matrices: string[]): string => matrices.map((matrix) => set(`${matrix}At`, get(matrix))).join('\n')

/** The row's value in the label's column, in all lanes. */
const labelled = `(v128.load32_splat (i32.add (local.get $y) (i32.mul ${constant(FLOAT)}
  (i32.trunc_sat_f32_s (f32x4.extract_lane 0 (local.get $label))))))`

/** The losses of up to four rows, the last of them in the uppermost lane, by one logarithm; stored in reverse order. */
const finishHeldRows = `
  ${logarithm('$totals', 0)}
  ${set('$totals', subtract(get('$totals'), get('$chosen')))}
  (local.set $lossesAt (local.get $losses))
  ${repeat('$store', '$held')`(f32.store (local.get $lossesAt) (f32x4.extract_lane 3 (local.get $totals)))
     ${set('$totals', rotateUp(get('$totals')))}
     (local.set $lossesAt (i32.sub (local.get $lossesAt) (local.get $lossesStep)))`}`

/** A function that sets losses and gradients row by row. */
const loss = (name: string, integers: readonly string[], vectors: readonly string[], row: string): string =>
  exportedFunction(
    name,
    [...parametersOf('y', 'labels', 'dy', 'losses'), '$scale f32'],
    {
      integers: ['$left', '$yAt', '$dyAt', ...integers],
      vectors: ['$factor', '$label', '$columnNumbers', '$lastLane', '$sum', '$x0', '$x1', ...vectors],
    },
    // The lane of a single last column: the third if two columns come before it in its vector, otherwise the first.
    `
  ${set('$factor', spread('(local.get $scale)'))}
  ${set('$lastLane', '(i32x4.eq (v128.const i32x4 0 1 2 3) (i32x4.splat (i32.and (local.get $columns) (i32.const 2))))')}` +
      repeat('$row', '$rows')`
      ${startOneHot}
      ${row}
      ${['$y', '$labels', '$dy', '$losses'].map((matrix) => advance(matrix, get(`${matrix}Step`))).join('\n')}`,
  )

const crossEntropy = loss(
  'small_cross_entropy',
  ['$held', '$lossesAt'],
  ['$largest', '$totals', '$chosen', ...temporaries(0), ...temporaries(1)],
  `${restart('$y')}
      ${set('$largest', '(v128.load32_splat (local.get $y))')}
      ${alongColumns(
        (piece) => `
        ${times(piece.vectors, (u) => set('$largest', larger(get('$largest'), load(piece, '$yAt', u))))}
        ${move(piece, '$yAt')}`,
      )}
      ${fold('$largest', larger).join('\n      ')}

      ${restart('$y', '$dy')}
      ${set('$sum', all(0))}
      ${alongColumns(
        (piece) => `
        ${times(piece.vectors, (u) => set(x(u), subtract(load(piece, '$yAt', u), get('$largest'))))}
        ${times(piece.vectors, (u) => exponential(x(u), u))}
        ${storeAll(piece)}
        ${times(piece.vectors, (u) => set('$sum', add(get('$sum'), own(piece, get(x(u))))))}
        ${move(piece, '$yAt', '$dyAt')}`,
      )}
      ${sumLanes}

      ${restart('$dy')}
      ${alongColumns((piece) => {
        const probability = (u: number) => divide(load(piece, '$dyAt', u), get('$sum'))
        return `
        ${times(
          piece.vectors,
          (u) => `
          ${set(x(u), multiply(subtract(probability(u), oneHot(piece)), get('$factor')))}
          ${nextColumns(piece)}`,
        )}
        ${storeAll(piece)}
        ${move(piece, '$dyAt')}`
      })}

      ${set('$totals', append(get('$totals'), get('$sum')))}
      ${set('$chosen', append(get('$chosen'), subtract(labelled, get('$largest'))))}
      ${advance('$held', constant(1))}
      (if (i32.or (i32.eq (local.get $held) ${constant(LANES)}) (i32.eq (local.get $rows) ${constant(1)}))
        (then ${finishHeldRows}))`,
)

const meanSquaredError = loss(
  'small_mse',
  [],
  [],
  `${restart('$y', '$dy')}
      ${set('$sum', all(0))}
      ${alongColumns(
        (piece) => `
        ${times(
          piece.vectors,
          (u) => `
          ${set(x(u), subtract(load(piece, '$yAt', u), oneHot(piece)))}
          ${set('$sum', add(get('$sum'), own(piece, multiply(get(x(u)), get(x(u))))))}
          ${set(x(u), multiply(get(x(u)), get('$factor')))}
          ${nextColumns(piece)}`,
        )}
        ${storeAll(piece)}
        ${move(piece, '$yAt', '$dyAt')}`,
      )}
      ${sumLanes}
      (f32.store (local.get $losses) (f32.mul (f32.const 0.5) (f32x4.extract_lane 0 (local.get $sum))))`,
)

export const losses = [crossEntropy, meanSquaredError].join('\n')
