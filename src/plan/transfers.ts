import { effects } from './effects.ts'
import type { Plan, Region } from './plan.ts'
import { length, overlap, type Span } from './span.ts'

const FLOAT_BYTES = 4

/** What an instruction reads after another rank has written it. */
export interface Transfer {
  readonly from: number
  readonly bytes: number
}

/** One of the values that pass through a slot. */
interface Content {
  readonly writes: { readonly rank: number; readonly region: Region }[]
  /** The rectangles of it that the rank at hand has read already. */
  reader: number
  read: Region[]
}

/** More ranks than one write a buffer, or read it; or none does. */
const SEVERAL = -2
const NOBODY = -1

/**
 * Per rank, by the index of the instruction that reads first, what comes from other ranks in a step, each rectangle once
 * however often it is read. Weights that were updated at the end of the step before count too, if another rank updated
 * them.
 */
export function transfersOf(plan: Plan): ReadonlyMap<number, readonly Transfer[]>[] {
  const writer = plan.buffers.map(() => NOBODY)
  const reader = plan.buffers.map(() => NOBODY)
  plan.programs.forEach((program, rank) => {
    for (const instruction of program) {
      const { reads, writes } = effects(instruction)
      for (const region of reads) note(reader, rank, region)
      for (const region of writes) note(writer, rank, region)
    }
  })
  /** Most buffers are read by nobody but their writer, and need no further look. */
  const crosses = writer.map(
    (who, buffer) =>
      who !== NOBODY && reader[buffer] !== NOBODY && (who === SEVERAL || who !== reader[buffer]),
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
        const content = slot.get(versionOf(region))
        if (content) content.writes.push({ rank, region })
        else slot.set(versionOf(region), { writes: [{ rank, region }], reader: NOBODY, read: [] })
      }
    }
  })

  return plan.programs.map((program, rank) => {
    const transfers = new Map<number, Transfer[]>()
    program.forEach((instruction, index) => {
      for (const region of effects(instruction).reads) {
        if (!crosses[region.buffer] || writer[region.buffer] === rank) continue
        const content = contents[region.buffer][region.slot].get(versionOf(region))
        if (!content || isSeen(content, rank, region)) continue
        for (const { rank: from, region: written } of content.writes) {
          const bytes = from === rank ? 0 : commonFloats(region, written) * FLOAT_BYTES
          if (bytes === 0) continue
          const list = transfers.get(index)
          if (list) list.push({ from, bytes })
          else transfers.set(index, [{ from, bytes }])
        }
      }
    })
    return transfers
  })
}

function note(who: number[], rank: number, { buffer }: Region): void {
  if (who[buffer] !== rank) who[buffer] = who[buffer] === NOBODY ? rank : SEVERAL
}

/** What the step before has left as `after` is read as `before`. */
const versionOf = ({ version }: Region): string => (version === 'after' ? 'before' : version)

/** Whether the rank has read the same rectangle before; it has now. */
function isSeen(content: Content, rank: number, region: Region): boolean {
  if (content.reader !== rank) {
    content.reader = rank
    content.read = []
  }
  if (content.read.some((other) => same(other.rows, region.rows) && same(other.columns, region.columns)))
    return true
  content.read.push(region)
  return false
}

const same = (a: Span, b: Span): boolean => a.from === b.from && a.to === b.to

function commonFloats(a: Region, b: Region): number {
  if (!overlap(a.rows, b.rows) || !overlap(a.columns, b.columns)) return 0
  const rows = length({ from: Math.max(a.rows.from, b.rows.from), to: Math.min(a.rows.to, b.rows.to) })
  const columns = length({
    from: Math.max(a.columns.from, b.columns.from),
    to: Math.min(a.columns.to, b.columns.to),
  })
  return rows * columns
}
