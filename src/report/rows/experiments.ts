import type { Column } from '../../cells/columns.ts'
import { CONFIGURATION, type Configuration } from '../../cells/dimensions.ts'
import type { GrowthPoint } from '../../measure/growth.ts'
import type { Status } from '../../measure/outcome.ts'
import type { Epoch } from '../../measure/train.ts'
import { SHARED } from '../../plan/plan.ts'
import { bytesHandedOverTo } from '../../plan/read/bytes.ts'
import { memoryOf } from '../../plan/read/memory.ts'
import { CELL_COLUMNS } from './visits.ts'

/** What each rank needs for each use. */
export const needsOf = (row: Configuration) => [
  ...memoryOf(row.cell.plan).flatMap(({ owner, bytes }) =>
    [...bytes].map(([use, amount]) => ({ ...row, owner, use, bytes: amount })),
  ),
  ...bytesHandedOverTo(row.cell.plan).map((bytes, owner) => ({ ...row, owner, use: 'handed-over', bytes })),
]

export const MEMORY_COLUMNS: readonly Column<ReturnType<typeof needsOf>[number]>[] = [
  ...CELL_COLUMNS,
  ['owner', ({ owner }) => (owner === SHARED ? undefined : owner), 'the rank; empty for what is shared'],
  ['use', ({ use }) => use, 'weights, gradients, optimizer-state, activations, packed, batch, or handed-over'],
  ['bytes', ({ bytes }) => bytes, 'bytes allocated; of handed-over, bytes read per step that other ranks wrote'],
] // prettier-ignore

export const GROWTH_COLUMNS: readonly Column<Configuration & { readonly point: GrowthPoint }>[] = [
  ...CONFIGURATION,
  [
    'variable',
    ({ point }) => point.variable,
    'what grows: batches in a row, parts of the model, or a model with its parts',
  ],
  ['value', ({ point }) => point.value, 'how many'],
  ['block', ({ point }) => point.repetition, 'number of the repetition'],
  [
    'wall_ns',
    ({ point }) => Math.round(point.wallNs),
    'time of all batches, the median of the runs; or of one through the parts, that of some',
  ],
  ['runs', ({ point }) => point.runs.length, 'runs in the repetition'],
]

interface Trained extends Configuration {
  readonly repeat: number
  readonly epoch: Epoch
  readonly status: Status
}

/** The loss of an epoch has had the name `loss` for longer than the loss function, which has another one here. */
export const TRAINING_COLUMNS: readonly Column<Trained>[] = [
  ...CONFIGURATION.map(([name, ...rest]): Column<Trained> => [name === 'loss' ? 'loss_function' : name, ...rest]),
  ['repeat', ({ repeat }) => repeat, 'number of the training, from 0; each has another order of the samples'],
  ['epoch', ({ epoch }) => epoch.epoch, 'number of the pass over the training data, from 1'],
  ['loss', ({ epoch: { loss } }) => (Number.isFinite(loss) ? loss : undefined), 'mean loss over the samples of the epoch'],
  ['held_out_accuracy', ({ epoch }) => epoch.heldOutAccuracy, 'share of the held-out samples told right'],
  ['elapsed_ns', ({ epoch }) => epoch.elapsedNs, 'time in training steps since the repeat began'],
  ['weights_sha256', ({ epoch }) => epoch.weightsSha256, 'SHA-256 of the weights'],
  ['status', ({ status }) => status, 'ok, oversubscribed or not-finite'],
] // prettier-ignore
