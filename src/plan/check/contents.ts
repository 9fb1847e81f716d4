import { INITIAL_VERSION } from '../effects.ts'
import type { Buffer, Region } from '../plan.ts'
import { intersection, isEmpty, overlap, type Span } from '../span.ts'
import { happenedBefore, type Clock, type Event } from './clocks.ts'

/** A part of a slot that is always written as a whole. */
interface Cell {
  rows: Span
  columns: Span
  /** Undefined: never written. */
  version: string | undefined
  writer: Event | undefined
  /** The latest read of each rank since the last write. */
  readers: Event[]
}

/**
 * The contents of one buffer, slot by slot, as instructions pass. `read` and `write` return a fault in words, or undefined.
 * The rules are those of a race detector (Flanagan and Freund 2009, FastTrack): a read must happen after the write that it
 * means, a write after every earlier read and write of the place.
 */
export function contentsOf(buffer: Buffer) {
  const rows = { from: 0, to: buffer.rows }
  const columns = { from: 0, to: buffer.columns }
  const version = INITIAL_VERSION[buffer.role]
  const slots = Array.from({ length: buffer.slots }, (): Cell[] => [
    { rows, columns, version, writer: undefined, readers: [] },
  ])
  const outside = (region: Region): boolean =>
    !slots[region.slot] || !isWithin(region.rows, buffer.rows) || !isWithin(region.columns, buffer.columns)

  return {
    read(region: Region, event: Event, clock: Clock): string | undefined {
      if (outside(region)) return `reads outside of '${buffer.name}'`
      for (const cell of carve(slots[region.slot], region)) {
        if (cell.version === undefined) return `reads '${buffer.name}' before it is written`
        if (cell.version !== region.version) {
          return `reads '${buffer.name}' as '${region.version}' where it holds '${cell.version}'`
        }
        if (cell.writer && !happenedBefore(cell.writer, clock)) {
          return `reads '${buffer.name}' without waiting for rank ${cell.writer.rank}, which writes it`
        }
        cell.readers = [...cell.readers.filter((reader) => reader.rank !== event.rank), event]
      }
      return undefined
    },

    write(region: Region, event: Event, clock: Clock): string | undefined {
      if (outside(region)) return `writes outside of '${buffer.name}'`
      for (const cell of carve(slots[region.slot], region)) {
        if (cell.version === region.version) return `writes '${region.version}' of '${buffer.name}' a second time`
        if (cell.writer && !happenedBefore(cell.writer, clock)) {
          return `writes '${buffer.name}' without waiting for rank ${cell.writer.rank}, which writes it too`
        }
        const reader = cell.readers.find((other) => !happenedBefore(other, clock))
        if (reader) return `overwrites '${buffer.name}' without waiting for its reader, rank ${reader.rank}`
        cell.version = region.version
        cell.writer = event
        cell.readers = []
      }
      return undefined
    },

    /** The versions that the buffer holds at the end. */
    versions: () => new Set(slots.flat().map((cell) => cell.version)),
  }
}

const isWithin = ({ from, to }: Span, size: number): boolean => 0 <= from && from < to && to <= size

/** Cuts the cells along the region's edges, in place, and returns those inside the region. */
function carve(cells: Cell[], region: Region): Cell[] {
  const inside: Cell[] = []
  for (let i = cells.length - 1; i >= 0; i--) {
    const cell = cells[i]
    if (!overlap(cell.rows, region.rows) || !overlap(cell.columns, region.columns)) continue
    const rows = cut(cell.rows, region.rows)
    const columns = cut(cell.columns, region.columns)
    if (rows.length * columns.length === 1) {
      inside.push(cell)
      continue
    }
    const pieces = rows.flatMap((r) => columns.map((c): Cell => ({ ...cell, rows: r, columns: c })))
    cells.splice(i, 1, ...pieces)
    inside.push(...pieces.filter((piece) => overlap(piece.rows, region.rows) && overlap(piece.columns, region.columns)))
  }
  return inside
}

/** The parts of a span before, inside and after another that overlaps it. */
function cut(span: Span, by: Span): Span[] {
  const { from, to } = intersection(span, by)
  return [
    { from: span.from, to: from },
    { from, to },
    { from: to, to: span.to },
  ].filter((part) => !isEmpty(part))
}
