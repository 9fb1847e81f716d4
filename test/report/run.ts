import type { RunFacts } from '../../src/cells/dimension.ts'

/** What is the same for all rows of a run that never took place. */
export const RUN: RunFacts = {
  runId: 'run',
  experiment: 'scaling',
  kernel: 'js',
  arithmetic: 'f32',
  seed: 7,
  dataset: 'synthetic',
  pin: false,
}
