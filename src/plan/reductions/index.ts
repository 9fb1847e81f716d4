import { direct } from './direct.ts'
import { gather } from './gather.ts'
import type { Reduction } from './reduction.ts'
import { ring } from './ring.ts'
import { tree } from './tree.ts'

/** The reductions that add the replicas' gradients, each in an order of its own. */
export const reductions = { gather, tree, ring, direct } as const satisfies Record<string, Reduction>

/** With `owner` nothing is added: each rank computes the gradient of its own slice of the weights over the whole batch. */
export type ReductionName = keyof typeof reductions | 'owner'
export const REDUCTIONS: readonly ReductionName[] = [
  ...(Object.keys(reductions) as (keyof typeof reductions)[]),
  'owner',
]
