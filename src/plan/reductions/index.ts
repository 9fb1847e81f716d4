import { direct } from './direct.ts'
import { gather } from './gather.ts'
import type { Reduction } from './reduction.ts'
import { ring } from './ring.ts'
import { tree } from './tree.ts'

/** The reductions that add replicas' gradients, in an order of their own. */
export const reductions: Readonly<Record<Exclude<ReductionName, 'owner'>, Reduction>> = {
  gather,
  tree,
  ring,
  direct,
}

/** With `owner` nothing is added: each rank computes the gradient of its own slice of the weights over the whole batch. */
export type ReductionName = 'gather' | 'tree' | 'ring' | 'direct' | 'owner'
export const REDUCTIONS: readonly ReductionName[] = ['gather', 'tree', 'ring', 'direct', 'owner']
