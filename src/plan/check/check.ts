import { effects } from '../effects.ts'
import { PlanError, type Instruction, type Plan, type Role } from '../plan.ts'
import { length, mergedVersion } from '../span.ts'
import { contentsOf } from './contents.ts'
import { walkWithClocks } from './clocks.ts'
import { incompleteProduct } from './products.ts'

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
      const [first, ...others] = instruction.sources
      const merged =
        others.length > 0 ? mergedVersion(instruction.sources.map(({ version: held }) => held)) : first.version
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
