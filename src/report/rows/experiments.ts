import { within, type Column } from '../../cells/columns.ts'
import { CONFIGURATION, type Configuration } from '../../cells/dimensions.ts'
import type { GrowthPoint } from '../../measure/growth.ts'
import type { Status } from '../../measure/outcome.ts'
import type { Epoch } from '../../measure/train.ts'
import { bytesHandedOverTo } from '../../plan/read/bytes.ts'
import { memoryOf } from '../../plan/read/memory.ts'
import { SHARED } from '../../plan/plan.ts'
import { CELL_COLUMNS } from './visits.ts'

/** What a rank needs for one use. */
interface Need extends Configuration {
  readonly owner: number
  readonly use: string
  readonly bytes: number
}

export const MEMORY_COLUMNS: readonly Column<Need>[] = [
  ...CELL_COLUMNS,
  ['owner', ({ owner }) => (owner === SHARED ? undefined : owner), 'the rank; empty for what is shared'],
  ['use', ({ use }) => use, 'weights, gradients, optimizer-state, activations, packed, batch, or handed-over'],
  ['bytes', ({ bytes }) => bytes, 'bytes allocated; of handed-over, bytes read per step that other ranks wrote'],
] // prettier-ignore

export function needsOf({ run, cell }: Configuration): Need[] {
  const owned = memoryOf(cell.plan).flatMap(({ owner, bytes }) =>
    [...bytes].map(([use, amount]) => ({ run, cell, owner, use, bytes: amount })),
  )
  const received = bytesHandedOverTo(cell.plan).map((bytes, owner) => ({
    run,
    cell,
    owner,
    use: 'handed-over',
    bytes,
  }))
  return [...owned, ...received]
}

export interface Grown extends Configuration {
  readonly point: GrowthPoint
}

export const GROWTH_COLUMNS: readonly Column<Grown>[] = [
  ...CONFIGURATION,
  ['variable', ({ point }) => point.variable, 'what grows: batches in a row, or parts of the model'],
  ['value', ({ point }) => point.value, 'how many'],
  ['block', ({ point }) => point.repetition, 'number of the repetition'],
  ['wall_ns', ({ point }) => Math.round(point.wallNs), 'time of all batches, or of one through the parts'],
]

export interface Trained extends Configuration {
  readonly epoch: Epoch
  readonly status: Status
}

const EPOCH: readonly Column<Epoch>[] = [
  ['epoch', ({ epoch }) => epoch, 'number of the pass over the training data, from 1'],
  ['loss', ({ loss }) => (Number.isFinite(loss) ? loss : undefined), 'mean loss over the samples of the epoch'],
  ['held_out_accuracy', ({ heldOutAccuracy }) => heldOutAccuracy, 'share of the held-out samples told right'],
  ['elapsed_ns', ({ elapsedNs }) => elapsedNs, 'time in training steps since the beginning'],
  ['weights_sha256', ({ weightsSha256 }) => weightsSha256, 'SHA-256 of the weights'],
] // prettier-ignore

export const TRAINING_COLUMNS: readonly Column<Trained>[] = [
  // `loss` is what an epoch comes to, so the function has another name here.
  ...CONFIGURATION.map(([name, ...rest]): Column<Trained> => [name === 'loss' ? 'loss_function' : name, ...rest]),
  ...within(EPOCH, ({ epoch }: Trained) => epoch),
  ['status', ({ status }) => status, 'ok, oversubscribed or not-finite'],
]
