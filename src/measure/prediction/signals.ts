import { FLOAT_BYTES } from '../../kernels/kernel.ts'
import type { Cell } from '../../cells/cell.ts'
import type { Session } from '../session.ts'
import { median } from '../statistics.ts'

/** Times of the signals between the ranks of a cell. */
export interface Signals {
  /** An instruction that only publishes, reading the clock included. */
  readonly publishNs: number
  /** From a publish until a rank that spins goes on. */
  readonly handoffNs: number
  /** The same for a rank that sleeps. */
  readonly wakingNs: number
  readonly barrierNs: number
  /** Speed of reading floats that another core has written, counting only the time beyond reading one's own. */
  readonly gigabytesPerSecond: number
}

/** About the size of a layer's activations, and long enough for the clock. */
const BLOCK_FLOATS = 131_072

const ns = (milliseconds: number): number => Math.max(0, milliseconds * 1e6)

/** Times the signals between the ranks of a cell. */
export async function timeSignalsOf(session: Session, cell: Cell): Promise<Signals> {
  const middle = async (what: 'publish' | 'handoff' | 'barrier') => {
    const reports = await session.signals(cell, { what })
    const [times] = reports.flatMap((report) => report.times)
    return ns(median([...times]))
  }
  const publishNs = await middle('publish')
  if (cell.plan.programs.length === 1) {
    return { publishNs, handoffNs: 0, wakingNs: 0, barrierNs: publishNs, gigabytesPerSecond: Infinity }
  }
  const block = new Float32Array(new SharedArrayBuffer(BLOCK_FLOATS * FLOAT_BYTES))
  const handoffNs = await middle('handoff')
  const barrierNs = await middle('barrier')
  // The writer pays as well: it has to fetch the cache lines back.
  const extras = (await session.signals(cell, { what: 'cache-lines', block })).flatMap((report) => report.times)
  const extraNs = extras.reduce((sum, times) => sum + ns(median([...times])), 0)
  const [published, awake] = (await session.signals(cell, { what: 'waking' })).flatMap((report) => report.times)
  const wakingNs = ns(median(Array.from(published, (time, attempt) => awake[attempt] - time)))
  return {
    publishNs,
    handoffNs,
    barrierNs,
    wakingNs,
    gigabytesPerSecond: (BLOCK_FLOATS * FLOAT_BYTES) / extraNs,
  }
}
