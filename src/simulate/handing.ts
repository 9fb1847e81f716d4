/** What handing over costs, in the unit of the instructions' times. */
export interface Handing {
  /** From a publish until the rank that awaits it goes on, if it has waited so long for the publish. */
  readonly signal: (from: number, to: number, waited: number) => number
  /** The same for each round of a barrier. */
  readonly round: (from: number, to: number, waited: number) => number
  /** What it takes to read bytes that another rank has written, beyond reading one's own; paid by the reader. */
  readonly transfer: (bytes: number, from: number, to: number) => number
}

/** What ranks are connected by, nanoseconds and bytes per nanosecond, which are GB/s. */
export interface Link {
  readonly latencyNs: number
  readonly gigabytesPerSecond: number
}

export const FREE: Link = { latencyNs: 0, gigabytesPerSecond: Infinity }

/** Ranks in the order of their numbers, divided between machines; what is within a machine is faster than what is between. */
export interface Cluster {
  readonly ranks: number
  readonly machines: number
  readonly within: Link
  readonly between: Link
}

/**
 * Handing over in a cluster, in nanoseconds: data follow the signal that they are there, so that the latency is paid once,
 * at the await, and the bytes where they are first read. Links do not get slower where several ranks use them at once.
 */
export function handingIn({ ranks, machines, within, between }: Cluster): Handing {
  const machineOf = (rank: number) => Math.floor((rank * machines) / ranks)
  const link = (from: number, to: number) => (machineOf(from) === machineOf(to) ? within : between)
  const signal = (from: number, to: number) => link(from, to).latencyNs
  return {
    signal,
    round: signal,
    transfer: (bytes, from, to) => bytes / link(from, to).gigabytesPerSecond,
  }
}
