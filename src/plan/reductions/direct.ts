import { split } from '../span.ts'
import type { Chunks } from './reduction.ts'

/** Each replica sums an equal share of the rows: the natural reduce-scatter of shared memory. */
export const direct: Chunks = (rows, replicas) => split({ from: 0, to: rows }, replicas)
