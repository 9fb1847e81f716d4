import type { Degrees, Grid } from './grid.ts'

export const MODES = ['serial', 'data', 'layer', 'pipeline', 'tensor', 'hybrid'] as const
export type Mode = (typeof MODES)[number]

/** What a mode leaves open: everything about a grid but its degrees. */
export type Open = Omit<Grid, keyof Degrees>

/** A mode is a family of grids, one for each number of threads; `hybrid` takes any degrees. */
const DEGREES: Readonly<Record<Exclude<Mode, 'hybrid'>, (threads: number) => Degrees>> = {
  /** The reference: one rank, the whole batch at once. */
  serial: () => ({ dp: 1, pp: 1, tp: 1 }),
  /** Each rank runs the whole model on its share of the batch; the gradients are combined, or never split. */
  data: (dp) => ({ dp, pp: 1, tp: 1 }),
  /** Each rank holds some layers; the whole batch passes through them in turn. */
  layer: (pp) => ({ dp: 1, pp, tp: 1 }),
  /** The same, in microbatches, so that the stages work at the same time. */
  pipeline: (pp) => ({ dp: 1, pp, tp: 1 }),
  /** Each rank computes some columns of every layer, for the whole batch. */
  tensor: (tp) => ({ dp: 1, pp: 1, tp }),
}

export const degreesOf = (mode: Exclude<Mode, 'hybrid'>, threads: number): Degrees => DEGREES[mode](threads)

/** The whole batch at once, in the only order that there is then. */
const UNDIVIDED = { microbatches: 1, schedule: 'gpipe', chunks: 1, table: undefined } as const

/** The grid that a mode stands for. */
export const gridOf = (mode: Mode, open: Open, { dp, pp, tp }: Degrees): Grid => ({
  ...open,
  ...(isPipelined(mode, { pp }) ? {} : UNDIVIDED),
  dp,
  pp,
  tp,
})

/** Whether a mode's batch passes in microbatches through a pipeline, in the order of a schedule. */
export const isPipelined = (mode: Mode, { pp }: Pick<Degrees, 'pp'>): boolean =>
  mode === 'pipeline' || (mode === 'hybrid' && pp > 1)

/** Whether a mode's replicas combine their gradients. */
export const isReplicated = (mode: Mode, { dp }: Pick<Degrees, 'dp'>): boolean =>
  mode === 'data' || (mode === 'hybrid' && dp > 1)

/** All ways to write a number of threads as a product of three degrees. */
export function factorisations(threads: number): Degrees[] {
  const divisors = Array.from({ length: threads }, (_, i) => i + 1).filter((n) => threads % n === 0)
  return divisors.flatMap((dp) =>
    divisors.filter((pp) => (threads / dp) % pp === 0).map((pp) => ({ dp, pp, tp: threads / dp / pp })),
  )
}
