import { chooseCells, defaultThreads } from '../src/cells/choose.ts'
import { DIMENSIONS, type DimensionName } from '../src/cells/dimensions.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import { amdahl } from '../src/measure/laws/serial-share.ts'
import { usl } from '../src/measure/laws/usl.ts'
import type { ExperimentKind } from './run/experiment.ts'

/**
 * Strong scaling: the same training step, split in every mode over more and more threads. The first screen tells what it
 * has shown. Varies: mode, schedule, reduction, threads. Fixed: model, batch, data, seed, kernel.
 */
export const scaling: ExperimentKind = {
  name: 'scaling',
  summary: 'the same step split in every mode, from 1 thread up to the cores',
  takes: Object.keys(DIMENSIONS) as DimensionName[],
  examples: [
    '',
    '--quick',
    '--modes data,pipeline --threads 1,2,4 --model C',
    '--modes all --grid all --threads 4',
    '--modes data --reduction all --bucket-kib 64 --optimizer adam',
    '--modes serial,data,layer --threads 2 --dispatch all',
    '--modes data,layer --threads 2 --memory-per-rank 2MiB',
  ],
  build(options, data, cores) {
    const model = data.model(HIDDEN_WIDTHS.scaling)
    const { cells, skipped } = chooseCells(options, model, options.threads ?? defaultThreads(cores))
    return { groups: [{ label: '', cells }], skipped, laws: [amdahl, usl], conclude: () => [] }
  },
}
