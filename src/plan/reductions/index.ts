import { direct } from './direct.ts'
import { gather } from './gather.ts'
import type { Chunks } from './reduction.ts'

export type ReductionName = 'gather' | 'direct'

export const reductions: Readonly<Record<ReductionName, Chunks>> = { gather, direct }
