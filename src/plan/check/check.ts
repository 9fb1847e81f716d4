import { layerCount } from '../../model/shape.ts'
import { effects, type Product } from '../effects.ts'
import { PlanError, type Instruction, type Plan, type Role } from '../plan.ts'
import { length, mergedVersion, overlap } from '../span.ts'
import { contentsOf } from './contents.ts'
import { walkWithClocks } from './clocks.ts'

/**
 * Proves that a plan is sound in every order in which its threads may run: every await is met, every product is computed
 * once, nothing is read before it is written or overwritten before its last reader, weights are read before their update
 * and updated once from the whole batch, and samples are summed in ascending order.
 *
 * @throws PlanError that names the rank, the instruction and the reason
 */
export function checkPlan(plan: Plan): void {
  const incomplete = incompleteProduct(plan)
  if (incomplete) throw new PlanError(incomplete)

  const contents = plan.buffers.map(contentsOf)
  walkWithClocks(plan, (rank, index, instruction, clock) => {
    const fail = (reason: string): never => {
      throw new PlanError(`rank ${rank}, instruction ${index} (${instruction.op}) ${reason}`)
    }
    const wrong = wrongOrder(instruction, plan)
    if (wrong) fail(wrong)
    const { reads, writes } = effects(instruction)
    const event = { rank, time: clock[rank] }
    for (const region of reads) {
      const fault = contents[region.buffer].read(region, event, clock)
      if (fault) fail(fault)
    }
    for (const region of writes) {
      const fault = contents[region.buffer].write(region, event, clock)
      if (fault) fail(fault)
    }
  })

  const finals: readonly Role[] = ['weights', 'state']
  plan.buffers.forEach((buffer, index) => {
    const done = contents[index].versions()
    if (finals.includes(buffer.role) && !(done.size === 1 && done.has('after'))) {
      throw new PlanError(`'${buffer.name}' is not updated as a whole`)
    }
  })
}

/** A fault in the order of sums, which decides whether a plan is exact. Versions carry most of it, and reads check those. */
function wrongOrder(instruction: Instruction, plan: Plan): string | undefined {
  switch (instruction.op) {
    case 'backward-weight': {
      const { accumulated, samples, gradient } = instruction
      if (accumulated.to !== samples.from) {
        return `adds samples from ${samples.from} to a gradient that ends before sample ${accumulated.to}`
      }
      if (plan.exact && accumulated.from !== 0) return `starts at sample ${accumulated.from} in an exact plan`
      const expected = `${accumulated.from}:${samples.to}`
      return gradient.version === expected ? undefined : `calls '${gradient.version}' what is '${expected}'`
    }
    case 'reduce': {
      if (plan.exact) return 'adds partial sums in an exact plan'
      const held = instruction.sources.map((source) => source.version)
      const merged = held.length > 1 ? mergedVersion(held) : held[0]
      const { version, rows, columns } = instruction.target
      if (version !== merged) return `calls '${version}' what is '${merged}'`
      const uneven = instruction.sources.some(
        (source) => length(source.rows) !== length(rows) || length(source.columns) !== length(columns),
      )
      return uneven ? 'adds rectangles of different shapes' : undefined
    }
    case 'update':
      return instruction.gradient.version === `0:${plan.batch}`
        ? undefined
        : `updates from samples '${instruction.gradient.version}', not from the whole batch`
    default:
      return undefined
  }
}

/** The products that a training step consists of: over all ranks, each must be computed exactly once. */
function requiredProducts({ model, batch }: Plan): Product[] {
  const { widths } = model
  const product = (kind: Product['kind'], layer: number, rows: number, columns: number): Product => ({
    kind,
    layer,
    samples: { from: 0, to: batch },
    rows: { from: 0, to: rows },
    columns: { from: 0, to: columns },
  })
  return [
    product('loss', -1, 1, widths[layerCount(model)]),
    ...widths
      .slice(1)
      .flatMap((outputs, layer) => [
        product('forward', layer, 1, outputs),
        product('backward-weight', layer, widths[layer] + 1, outputs),
        ...(layer > 0 ? [product('backward-input', layer, 1, widths[layer])] : []),
      ]),
  ]
}

/** Names a product that is computed twice or not at all; undefined if each is computed once. */
function incompleteProduct(plan: Plan): string | undefined {
  const computed = new Map<string, Product[]>()
  for (const instruction of plan.programs.flat()) {
    const { product } = effects(instruction)
    if (!product) continue
    const boxes = computed.get(name(product)) ?? []
    boxes.push(product)
    computed.set(name(product), boxes)
  }
  for (const whole of requiredProducts(plan)) {
    const boxes = computed.get(name(whole)) ?? []
    computed.delete(name(whole))
    const twice = overlapping(boxes)
    if (twice) {
      return `${name(whole)} is computed twice for samples ${twice.samples.from} to ${twice.samples.to - 1}`
    }
    const missing = volume(whole) - boxes.reduce((sum, box) => sum + volume(box), 0)
    if (missing > 0) return `${name(whole)} is not computed for all samples, rows and columns`
    if (missing < 0) return `${name(whole)} is computed beyond its samples, rows or columns`
  }
  const [unknown] = computed.keys()
  return unknown === undefined ? undefined : `${unknown} does not belong to this model`
}

const name = ({ kind, layer }: Product): string => (kind === 'loss' ? 'the loss' : `${kind} of layer ${layer}`)

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
