import { barrier, emit, type Draft } from './draft.ts'
import { gradientOf, updateSlice, type Parameters } from './parameters.ts'
import type { Region } from '../plan.ts'
import { samplesVersion } from './samples.ts'
import { columnsOfSlice } from './stage.ts'
import { isEmpty, type Span } from '../span.ts'

export interface Owners {
  /** All ranks that share the weights of these layers. */
  readonly ranks: readonly number[]
  /** Per layer, from the first to the last: the buffers of each rank, and the layer's tensors of the whole batch. */
  readonly layers: readonly {
    readonly parameters: readonly Parameters[]
    readonly input: Region
    readonly delta: Region
  }[]
  readonly samples: Span
}

/**
 * Appends the end of a step of owner-computes data parallelism. After one barrier, each rank computes the weight gradient
 * of its own slice of the weights over the whole batch, whose activations lie in shared memory, and updates the slice. No
 * gradients are added, so each element is the same chain of sums as in serial.
 */
export function ownersUpdate(draft: Draft, { ranks, layers, samples }: Owners): void {
  barrier(draft, `gradients of ranks ${ranks.join(' ')}`, ranks)
  const summed = samplesVersion([samples])
  ranks.forEach((rank, place) => {
    for (const { parameters, input, delta } of layers.toReversed()) {
      const dense = parameters[place]
      const { layer, slice } = dense
      if (isEmpty(slice)) continue
      emit(
        draft,
        rank,
        {
          op: 'backward-weight',
          layer,
          microbatch: 0,
          samples,
          accumulated: { from: 0, to: 0 },
          input: columnsOfSlice(input, slice),
          delta,
          rows: slice,
          gradient: gradientOf(dense, slice, summed),
        },
        ...updateSlice(dense, summed),
      )
    }
  })
}
