import { deserialize, serialize } from 'node:v8'
import { effects, signalsOf } from '../plan/effects.ts'
import type { Buffer, Instruction, Plan, Region } from '../plan/plan.ts'
import type { Placement } from './memory.ts'

/** A plan to work on, and where its buffers lie. */
export interface Placed {
  readonly plan: Plan
  readonly placement: Placement
}

/** A buffer that a rank's program touches. */
export interface PlacedBuffer extends Buffer {
  /** Floats from the start of the memory. */
  readonly at: number
  /** The rank that sends it, if it is a message. */
  readonly sender: number | undefined
}

/** What a rank needs of a plan to run its own program. */
export interface Part extends Pick<Plan, 'model' | 'batch' | 'optimizer'> {
  readonly program: readonly Instruction[]
  /** By their index in the plan. */
  readonly buffers: ReadonlyMap<number, PlacedBuffer>
  /** How often each counter is published in one step. */
  readonly perStep: readonly number[]
}

/** Each rank's part of a plan. */
export function partsOf({ plan, placement }: Placed): Part[] {
  const { model, batch, optimizer, programs } = plan
  const perStep = publishesPerStep(plan)
  const senders = new Map<number, number>()
  programs.forEach((program, rank) => {
    for (const each of program) if (each.op === 'send') senders.set(each.message.buffer, rank)
  })
  return programs.map((program) => {
    const buffers = new Map<number, PlacedBuffer>()
    for (const { buffer } of program.flatMap(regionsOf)) {
      buffers.set(buffer, { ...plan.buffers[buffer], at: placement[buffer], sender: senders.get(buffer) })
    }
    return { model, batch, optimizer, program, buffers, perStep }
  })
}

/** What an instruction touches: what it writes, then what it reads. */
export function regionsOf(instruction: Instruction): Region[] {
  const { reads, writes } = effects(instruction)
  return [...writes, ...reads]
}

export function publishesPerStep({ counters, programs }: Pick<Plan, 'counters' | 'programs'>): number[] {
  const times = counters.map(() => 0)
  for (const { kind, counter } of programs.flat().flatMap(signalsOf)) if (kind === 'publish') times[counter]++
  return times
}

/** A part in shared memory. Any thread may take any order, so each gets all parts of a plan, and reads only its own. */
export type PackedPart = Uint8Array<SharedArrayBuffer>

export function pack(part: Part): PackedPart {
  const bytes = serialize(part)
  const packed = new Uint8Array(new SharedArrayBuffer(bytes.length))
  packed.set(bytes)
  return packed
}

/** `deserialize` takes no shared memory. */
export const unpack = (packed: PackedPart): Part => deserialize(packed.slice()) as Part
