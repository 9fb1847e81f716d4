/** The costs of handoffs, in the unit of the instructions' times. */
export interface HandoffCosts {
  /** From a publish until the rank that awaits it goes on, if it has waited for `waited`. */
  readonly signal: (from: number, to: number, waited: number) => number
  /** The same for each round of a barrier. */
  readonly round: (from: number, to: number, waited: number) => number
  /** The extra time to read bytes that another rank has written; paid by the instruction of the reader. */
  readonly read: (bytes: number, from: number, to: number, index: number) => number
}

/** A connection between ranks. A byte per nanosecond is a GB/s. */
export interface Link {
  readonly latencyNs: number
  readonly gigabytesPerSecond: number
}

export const FREE: Link = { latencyNs: 0, gigabytesPerSecond: Infinity }

/** Ranks in ascending order, divided between machines, with fast links within a machine and slow ones between machines. */
export interface Cluster {
  readonly ranks: number
  readonly machines: number
  readonly within: Link
  readonly between: Link
}

/**
 * The costs of handoffs in a cluster, in nanoseconds. The data follow the signal, so the latency is paid once, at the
 * await, and the bytes where they are first read. Links do not slow down when several ranks use them at once.
 */
export function handoffCosts({ ranks, machines, within, between }: Cluster): HandoffCosts {
  const machineOf = (rank: number) => Math.floor((rank * machines) / ranks)
  const link = (from: number, to: number) => (machineOf(from) === machineOf(to) ? within : between)
  const signal = (from: number, to: number) => link(from, to).latencyNs
  return {
    signal,
    round: signal,
    read: (bytes, from, to) => bytes / link(from, to).gigabytesPerSecond,
  }
}
