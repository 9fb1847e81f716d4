import type { Column } from '../../cells/columns.ts'
import { appendRows } from '../folder/csv.ts'
import type { RunFolder } from '../folder/run-folder.ts'
import { CALIBRATION_COLUMNS } from './calibration.ts'
import { GROWTH_COLUMNS, MEMORY_COLUMNS, TRAINING_COLUMNS } from './experiments.ts'
import { HANDOFF_COLUMNS } from './handoff.ts'
import { KERNELS_COLUMNS, STEPS_COLUMNS } from './kernels.ts'
import { LAWS_COLUMNS } from './laws.ts'
import { NOISE_COLUMNS } from './noise.ts'
import { PREDICTIONS_COLUMNS } from './predictions.ts'
import { SUMMARY_COLUMNS } from './summary.ts'
import { BLOCKS_COLUMNS, LEDGER_COLUMNS, SAMPLES_COLUMNS } from './visits.ts'

/** The CSV files that runs leave, and their columns. */
export const FILES = {
  'samples.csv': SAMPLES_COLUMNS,
  'blocks.csv': BLOCKS_COLUMNS,
  'summary.csv': SUMMARY_COLUMNS,
  'ledger.csv': LEDGER_COLUMNS,
  'memory.csv': MEMORY_COLUMNS,
  'growth.csv': GROWTH_COLUMNS,
  'training.csv': TRAINING_COLUMNS,
  'predictions.csv': PREDICTIONS_COLUMNS,
  'calibration.csv': CALIBRATION_COLUMNS,
  'laws.csv': LAWS_COLUMNS,
  'kernels.csv': KERNELS_COLUMNS,
  'steps.csv': STEPS_COLUMNS,
  'handoff.csv': HANDOFF_COLUMNS,
  'noise.csv': NOISE_COLUMNS,
} satisfies Readonly<Record<string, readonly Column<never>[]>>

/** What a row of a file is made of. */
type Thing<Name extends keyof typeof FILES> = (typeof FILES)[Name] extends readonly Column<infer T>[] ? T : never

/**
 * Appends a row for each thing to a file of a run.
 *
 * @throws WriteError if the disk is full or the file cannot be written
 */
export const appendTo = <Name extends keyof typeof FILES>(
  folder: Pick<RunFolder, 'file'>,
  name: Name,
  things: readonly Thing<Name>[],
): void => appendRows(folder.file(name), FILES[name] as readonly Column<Thing<Name>>[], things)
