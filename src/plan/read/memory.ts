import { bufferBytes } from './bytes.ts'
import { effects } from '../effects.ts'
import { SHARED, type Plan, type Role } from '../plan.ts'

/** What memory is used for. The batches are not the plan's own: every plan reads the same ones. */
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

/** Bytes per use of the buffers that one rank owns, or that several ranks share (`SHARED`). */
export interface OwnedMemory {
  readonly owner: number
  readonly bytes: ReadonlyMap<Use, number>
}

/** The memory that a plan allocates for one step, by owner, `SHARED` first, including the padding of rows. */
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
 * Bytes that each rank would need as a device with a memory of its own: the buffers it owns, and an equal part of those it
 * shares with others. The batches do not count.
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
    if (buffer.role === 'message' || USE_OF[buffer.role] === 'batch') return
    if (buffer.owner !== SHARED) needed[buffer.owner] += bufferBytes(buffer)
    else for (const rank of users[index]) needed[rank] += bufferBytes(buffer) / users[index].size
  })
  return needed
}

/** The rank that needs the most memory, and how much. */
export function neediest(plan: Plan): { readonly rank: number; readonly bytes: number } {
  const needed = memoryPerRank(plan)
  const bytes = Math.max(...needed)
  return { rank: needed.indexOf(bytes), bytes }
}
