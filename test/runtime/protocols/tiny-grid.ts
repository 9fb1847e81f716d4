import { GRID_DEFAULTS, type Grid } from '../../../src/plan/grid.ts'

/** A grid of few layers and one sample per rank and microbatch, each layer a bucket of its own: small enough to explore. */
export function tinyGrid(layers: number, grid: Partial<Grid>): Grid {
  const { dp = 1, microbatches = 1 } = grid
  return {
    model: { widths: Array.from({ length: layers + 1 }, () => 3), activation: 'relu', loss: 'mse' },
    optimizer: 'sgd',
    batch: dp * microbatches,
    dp,
    pp: 1,
    microbatches,
    schedule: '1f1b',
    reduction: 'direct',
    ...GRID_DEFAULTS,
    bucketBytes: 0,
    ...grid,
  }
}
