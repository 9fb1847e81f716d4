import { add, compile, derivative, exp, log, map, multiply, subtract, sum } from 'mathjs'
import { describe, expect, it } from 'vitest'
import { js } from '../../../src/kernels/js/js.ts'
import { LOSSES, ACTIVATIONS, type Activation, type Loss, type Matrix } from '../../../src/kernels/kernel.ts'
import { arena, randomSource } from '../arena.ts'

const WIDTHS = [5, 4, 6, 3]
const LAYERS = WIDTHS.length - 1
const BATCH = 6
/** Step of the central differences in float64: its error is of order h², far below that of float32. */
const H = 1e-5

/** relu as mathjs can differentiate it. */
const FORMULAS: Record<Activation, string> = {
  relu: '(x + abs(x)) / 2',
  tanh: 'tanh(x)',
  sigmoid: '1 / (1 + exp(-x))',
  identity: 'x',
}

const close = (value: number): unknown => expect.closeTo(value, 5)
const exponential = (x: number): number => exp(x)

const activationOf = (layer: number, activation: Activation): Activation =>
  layer === LAYERS - 1 ? 'identity' : activation

interface Layer {
  w: number[][]
  bias: number[]
}

/** The outputs of every layer in float64, by mathjs. */
function forward(layers: Layer[], input: number[][], activation: Activation): number[][][] {
  const outputs = [input]
  for (const [layer, { w, bias }] of layers.entries()) {
    const formula = compile(FORMULAS[activationOf(layer, activation)])
    const ones = input.map(() => [1])
    const before = add(multiply(outputs[layer], w), multiply(ones, [bias]))
    outputs.push(map(before, (x: number) => Number(formula.evaluate({ x }))))
  }
  return outputs
}

/** The loss of every sample in float64, by mathjs. */
function lossesOf(output: number[][], labels: number[], loss: Loss): number[] {
  return output.map((row, r) => {
    if (loss === 'cross-entropy') return log(sum(map(row, exponential))) - row[labels[r]]
    const difference = subtract(
      row,
      row.map((_, j) => (j === labels[r] ? 1 : 0)),
    )
    return Number(multiply(difference, difference)) / 2
  })
}

const nested = (values: Float32Array, columns: number): number[][] =>
  Array.from({ length: values.length / columns }, (_, i) => [...values.subarray(i * columns, (i + 1) * columns)])

/** The same small network in the kernel's memory and as nested arrays, and one forward and backward pass by `js`. */
function network(activation: Activation, loss: Loss) {
  const { memory, matrix, read } = arena()
  const uniform = randomSource(7)
  const random = (rows: number, columns: number): Matrix =>
    matrix(
      rows,
      columns,
      1,
      Array.from({ length: rows * columns }, () => uniform() - 0.5),
    )
  const labelValues = Array.from({ length: BATCH }, () => Math.floor(uniform() * WIDTHS[LAYERS]))
  const labels = matrix(BATCH, 1, 0, labelValues)
  const w = Array.from({ length: LAYERS }, (_, l) => random(WIDTHS[l], WIDTHS[l + 1]))
  const bias = Array.from({ length: LAYERS }, (_, l) => random(1, WIDTHS[l + 1]))
  const x = WIDTHS.map((width, l) => (l === 0 ? random(BATCH, width) : matrix(BATCH, width)))
  const dx = WIDTHS.map((width) => matrix(BATCH, width))
  const dw = w.map(({ rows, columns }) => matrix(rows, columns))
  const db = bias.map(({ columns }) => matrix(1, columns))
  const lossRows = matrix(BATCH, 1)

  const kernel = js(memory)
  for (let l = 0; l < LAYERS; l++) kernel.forward(x[l], w[l], bias[l], x[l + 1], activationOf(l, activation))
  kernel.loss(loss, x[LAYERS], labels, dx[LAYERS], lossRows, Math.fround(1 / BATCH))
  for (let l = LAYERS - 1; l >= 0; l--) {
    kernel.backwardWeight(x[l], dx[l + 1], dw[l], false)
    kernel.backwardBias(dx[l + 1], db[l], false)
    // The input of the first layer was activated by nobody.
    kernel.backwardInput(dx[l + 1], w[l], x[l], dx[l], l === 0 ? 'identity' : activation)
  }

  const values = (of: Matrix): number[][] => nested(read(of), of.columns)
  return {
    labels: labelValues,
    layers: w.map((weights, l): Layer => ({ w: values(weights), bias: values(bias[l])[0] })),
    outputs: x.map(values),
    losses: [...read(lossRows)],
    gradients: { w: dw.map(values), bias: db.map(values), input: values(dx[0]) },
  }
}

const combinations = ACTIVATIONS.flatMap((activation) => LOSSES.map((loss) => ({ activation, loss })))

describe('a training step of a small network by the js kernel', () => {
  it.each(combinations)('runs $activation and $loss forward as mathjs does in float64', (combination) => {
    const { activation, loss } = combination
    const { labels, layers, outputs, losses: rows } = network(activation, loss)
    const wanted = forward(layers, outputs[0], activation)
    expect(outputs).toEqual(wanted.map((output) => output.map((row) => row.map(close))))
    expect(rows).toEqual(lossesOf(wanted[LAYERS], labels, loss).map(close))
  })

  it.each(combinations)('has the gradients of $activation and $loss by central differences', (combination) => {
    const { activation, loss } = combination
    const { labels, layers, outputs, gradients } = network(activation, loss)
    const input = outputs[0]
    const meanLoss = (): number => {
      const output = forward(layers, input, activation)[LAYERS]
      return sum(lossesOf(output, labels, loss)) / BATCH
    }
    /** What `expect` compares a gradient with: the slope of the mean loss along every number of `parameters`. */
    const slopes = (parameters: number[][]): unknown[][] =>
      parameters.map((row) =>
        row.map((value, j) => {
          row[j] = value + H
          const above = meanLoss()
          row[j] = value - H
          const below = meanLoss()
          row[j] = value
          return close((above - below) / (2 * H))
        }),
      )
    for (const [l, layer] of layers.entries()) {
      expect(gradients.w[l]).toEqual(slopes(layer.w))
      expect(gradients.bias[l]).toEqual(slopes([layer.bias]))
    }
    expect(gradients.input).toEqual(slopes(input))
  })
})

describe('the activation derivatives of the js kernel', () => {
  it.each(ACTIVATIONS)('%s has the derivative that mathjs finds', (activation) => {
    const { memory, matrix, read } = arena()
    const points = Array.from({ length: 41 }, (_, at) => (at - 20) / 4 + 1 / 64)
    const one = matrix(1, 1, 0, [1])
    const z = matrix(points.length, 1, 0, points)
    const ones = matrix(points.length, 1, 0, new Float32Array(points.length).fill(1))
    const [x, dx] = [matrix(points.length, 1), matrix(points.length, 1)]
    const kernel = js(memory)
    kernel.forward(z, one, matrix(1, 1), x, activation)
    kernel.backwardInput(ones, one, x, dx, activation)
    const slope = derivative(FORMULAS[activation], 'x')
    expect([...read(dx)]).toEqual(
      points.map((point): unknown => expect.closeTo(Number(slope.evaluate({ x: point })), 6)),
    )
  })
})
