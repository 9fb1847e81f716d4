import { bufferBytes } from './bytes.ts'
import { effects } from '../effects.ts'
import { SHARED, type Buffer, type Plan, type Role } from '../plan.ts'

/** What memory is used for. The batches themselves are not the plan's: every plan reads the same ones. */
export const USES = ['weights', 'gradients', 'optimizer-state', 'activations', 'packed', 'batch'] as const
export type Use = (typeof USES)[number]

const USE_OF: Readonly<Record<Exclude<Role, 'message'>, Use>> = {
  weights: 'weights',
  gradient: 'gradients',
  state: 'optimizer-state',
  activation: 'activations',
  delta: 'activations',
  packed: 'packed',
  features: 'batch',
  labels: 'batch',
  losses: 'batch',
}

/** Bytes per use of what one rank owns, or, of `SHARED`, of what several ranks share. */
export interface OwnedMemory {
  readonly owner: number
  readonly bytes: ReadonlyMap<Use, number>
}

/**
 * What a plan allocates, owner by owner, `SHARED` first. Together it is everything that lies in memory for one step, with
 * the padding that rows have there.
 */
export function memoryOf(plan: Plan): OwnedMemory[] {
  return [SHARED, ...plan.programs.keys()].map((owner) => {
    const bytes = new Map<Use, number>(USES.map((use) => [use, 0]))
    for (const buffer of plan.buffers) {
      if (buffer.owner !== owner || buffer.role === 'message') continue
      const use = USE_OF[buffer.role]
      bytes.set(use, bytes.get(use)! + bufferBytes(buffer))
    }
    return { owner, bytes }
  })
}

/**
 * Bytes that each rank needs, as if it were a device with a memory of its own: what it owns, and of what it shares with
 * others an equal part. The batches do not count.
 */
export function memoryPerRank(plan: Plan): number[] {
  const users = plan.buffers.map(() => new Set<number>())
  plan.programs.forEach((program, rank) => {
    for (const instruction of program) {
      const { reads, writes } = effects(instruction)
      for (const { buffer } of [...reads, ...writes]) users[buffer].add(rank)
    }
  })
  const needed = plan.programs.map(() => 0)
  plan.buffers.forEach((buffer, index) => {
    if (!counts(buffer)) return
    if (buffer.owner !== SHARED) needed[buffer.owner] += bufferBytes(buffer)
    else for (const rank of users[index]) needed[rank] += bufferBytes(buffer) / users[index].size
  })
  return needed
}

const counts = ({ role }: Buffer): boolean => role !== 'message' && USE_OF[role] !== 'batch'

/** The most that any rank needs, and which one that is. */
export function neediest(plan: Plan): { readonly rank: number; readonly bytes: number } {
  const needed = memoryPerRank(plan)
  const bytes = Math.max(...needed)
  return { rank: needed.indexOf(bytes), bytes }
}
