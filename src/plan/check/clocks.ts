/**
 * Vector clocks (Mattern 1989): `clock[r]` is how many instructions of rank r are known to have happened. An
 * instruction has happened before another exactly if the other's clock has counted it.
 */
export type Clock = Int32Array

/** One instruction of one rank, by its place in the count of that rank's clock. */
export interface Event {
  readonly rank: number
  readonly time: number
}

export const happenedBefore = (event: Event, clock: Clock): boolean => clock[event.rank] >= event.time

export function join(into: Clock, other: Clock): void {
  for (let rank = 0; rank < into.length; rank++) if (other[rank] > into[rank]) into[rank] = other[rank]
}
