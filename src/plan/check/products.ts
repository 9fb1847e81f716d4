import { layerCount } from '../../model/shape.ts'
import { effects, type Product } from '../effects.ts'
import type { Plan } from '../plan.ts'
import { length, overlap, type Span } from '../span.ts'

/** The products that a training step consists of: over all ranks, each must be computed exactly once. */
function requiredProducts({ model, batch }: Plan): Product[] {
  const { widths } = model
  const layers = layerCount(model)
  const samples = { from: 0, to: batch }
  const one = { from: 0, to: 1 }
  const required: Product[] = [
    { kind: 'loss', layer: -1, samples, rows: one, columns: { from: 0, to: widths[layers] } },
  ]
  for (let layer = 0; layer < layers; layer++) {
    const inputs = { from: 0, to: widths[layer] }
    const outputs = { from: 0, to: widths[layer + 1] }
    const parameterRows = { from: 0, to: widths[layer] + 1 }
    required.push({ kind: 'forward', layer, samples, rows: one, columns: outputs })
    required.push({ kind: 'backward-weight', layer, samples, rows: parameterRows, columns: outputs })
    if (layer > 0) required.push({ kind: 'backward-input', layer, samples, rows: one, columns: inputs })
  }
  return required
}

/** Names a product that is computed twice or not at all; undefined if each is computed once. */
export function incompleteProduct(plan: Plan): string | undefined {
  const computed = new Map<string, Product[]>()
  for (const instruction of plan.programs.flat()) {
    const { product } = effects(instruction)
    if (!product) continue
    const boxes = computed.get(name(product))
    if (boxes) boxes.push(product)
    else computed.set(name(product), [product])
  }
  const required = requiredProducts(plan)
  for (const whole of required) {
    const boxes = computed.get(name(whole)) ?? []
    computed.delete(name(whole))
    const twice = overlapping(boxes)
    if (twice) return `${name(whole)} is computed twice for samples ${show(twice.samples)}`
    const missing = volume(whole) - boxes.reduce((sum, box) => sum + volume(box), 0)
    if (missing > 0) return `${name(whole)} is not computed for all samples, rows and columns`
    if (missing < 0) return `${name(whole)} is computed beyond its samples, rows or columns`
  }
  const [unknown] = computed.keys()
  return unknown === undefined ? undefined : `${unknown} does not belong to this model`
}

const name = ({ kind, layer }: Product): string => (kind === 'loss' ? 'the loss' : `${kind} of layer ${layer}`)

const show = (span: Span): string => `${span.from} to ${span.to - 1}`

const volume = ({ samples, rows, columns }: Product): number => length(samples) * length(rows) * length(columns)

/** A box that overlaps another. They are sorted by samples, so only boxes whose samples overlap are compared. */
function overlapping(boxes: readonly Product[]): Product | undefined {
  const sorted = [...boxes].sort((a, b) => a.samples.from - b.samples.from)
  return sorted.find((box, i) => {
    for (let j = i + 1; j < sorted.length && sorted[j].samples.from < box.samples.to; j++) {
      if (overlap(box.rows, sorted[j].rows) && overlap(box.columns, sorted[j].columns)) return true
    }
    return false
  })
}
