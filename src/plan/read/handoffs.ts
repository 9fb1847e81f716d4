import { FLOAT_BYTES } from '../../kernels/kernel.ts'
import { effects } from '../effects.ts'
import type { Plan, Region } from '../plan.ts'
import { intersection, isSame, isSameRectangle, length, overlap } from '../span.ts'

/** Called for each rank that wrote something that an instruction reads. */
export type Received = (from: number, bytes: number) => void

interface Write {
  readonly rank: number
  region: Region
}

/** One version of what a slot holds. */
interface Content {
  /** Sorted by their first row, once all are noted. */
  readonly writes: Write[]
  /** The largest number of rows of a write. */
  tallest: number
}

/**
 * Returns a function that reports what an instruction reads that other ranks have written, each rectangle once however
 * often it is read. Call it for each rank's instructions in the order of its program. Weights count too, if another rank
 * updated them at the end of the step before.
 */
export function handoffsOf(plan: Plan): (rank: number, index: number, received: Received) => void {
  const writers = plan.buffers.map(() => new Set<number>())
  const readers = plan.buffers.map(() => new Set<number>())
  plan.programs.forEach((program, rank) => {
    for (const instruction of program) {
      const { reads, writes } = effects(instruction)
      for (const region of reads) readers[region.buffer].add(rank)
      for (const region of writes) writers[region.buffer].add(rank)
    }
  })
  /** Most buffers are read by their writer only, and are skipped. */
  const crosses = readers.map((ranks, buffer) =>
    [...ranks].some((rank) => [...writers[buffer]].some((writer) => writer !== rank)),
  )

  /** Per buffer and slot, by version. */
  const contents = plan.buffers.map(({ slots }, buffer) =>
    crosses[buffer] ? Array.from({ length: slots }, () => new Map<string, Content>()) : [],
  )
  plan.programs.forEach((program, rank) => {
    for (const instruction of program) {
      for (const region of effects(instruction).writes) {
        if (!crosses[region.buffer]) continue
        const slot = contents[region.buffer][region.slot]
        const version = versionOf(region)
        const content = slot.get(version) ?? { writes: [], tallest: 0 }
        note(content, rank, region)
        slot.set(version, content)
      }
    }
  })
  for (const slots of contents)
    for (const slot of slots)
      for (const { writes } of slot.values()) writes.sort((a, b) => a.region.rows.from - b.region.rows.from)

  /** Per rank, the rectangles of each content that it has read. */
  const seen = plan.programs.map(() => new Map<Content, Region[]>())
  return (rank, index, received) => {
    for (const region of effects(plan.programs[rank][index]).reads) {
      if (!crosses[region.buffer]) continue
      const content = contents[region.buffer][region.slot].get(versionOf(region))
      if (!content) continue
      const earlier = seen[rank].get(content) ?? []
      if (earlier.some((other) => isSameRectangle(other, region))) continue
      earlier.push(region)
      seen[rank].set(content, earlier)
      const { writes } = content
      for (let at = firstThatMayReach(content, region); at < writes.length; at++) {
        const { rank: from, region: written } = writes[at]
        if (written.rows.from >= region.rows.to) break
        const bytes = from === rank ? 0 : commonFloats(region, written) * FLOAT_BYTES
        if (bytes > 0) received(from, bytes)
      }
    }
  }
}

/** The `before` that a step reads is the `after` of the step before it. */
const versionOf = ({ version }: Region): string => (version === 'after' ? 'before' : version)

/** The first write that is not wholly above a region: a batch may have a thousand writers, most of them elsewhere. */
function firstThatMayReach({ writes, tallest }: Content, { rows }: Region): number {
  let [low, high] = [0, writes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (writes[middle].region.rows.from + tallest <= rows.from) low = middle + 1
    else high = middle
  }
  return low
}

/** Notes a write; adjacent microbatches of one rank become one write. */
function note(content: Content, rank: number, region: Region): void {
  const last = content.writes.at(-1)
  if (last?.rank === rank && last.region.rows.to === region.rows.from && isSame(last.region.columns, region.columns)) {
    last.region = { ...last.region, rows: { from: last.region.rows.from, to: region.rows.to } }
  } else {
    content.writes.push({ rank, region })
  }
  content.tallest = Math.max(content.tallest, length(content.writes.at(-1)!.region.rows))
}

const commonFloats = (a: Region, b: Region): number =>
  overlap(a.rows, b.rows) && overlap(a.columns, b.columns)
    ? length(intersection(a.rows, b.rows)) * length(intersection(a.columns, b.columns))
    : 0
