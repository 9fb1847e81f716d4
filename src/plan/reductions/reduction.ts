import { barrier } from '../barrier.ts'
import { emit, type Draft } from '../draft.ts'
import { parameterRows, update, type Parameters } from '../parameters.ts'
import { mergedVersion, samplesVersion } from '../samples.ts'
import { length, type Span } from '../span.ts'

/** One rank that holds a replica of some layers' weights, after it has summed the gradients of its own samples. */
export interface Replica {
  readonly rank: number
  readonly samples: Span
  readonly layers: readonly Parameters[]
}

/** Who sums which rows of a parameter matrix: one span per replica, empty or not, that together cover all rows. */
export type Chunks = (rows: number, replicas: number) => Span[]

/**
 * The skeleton of the classic reductions on shared memory. When all gradients are complete, each replica sums its
 * chunk straight out of every replica's gradient, in the order of their samples, into its own; when all sums are
 * complete, each replica updates its weights from the sums where they lie. Nothing is copied.
 */
export function reduceAndUpdate(draft: Draft, replicas: readonly Replica[], chunks: Chunks): void {
  const group = replicas.map((replica) => replica.rank)
  const partial = replicas.map((replica) => samplesVersion([replica.samples]))
  const whole = mergedVersion(partial)
  const layers = `of layers ${replicas[0].layers.map((parameters) => parameters.layer).join(' ')}`

  barrier(draft, `gradients ${layers}`, group)
  replicas.forEach((replica, place) => {
    replica.layers.forEach((own, position) => {
      const rows = chunks(own.rows, replicas.length)[place]
      if (length(rows) === 0) return
      const sources = replicas.map(({ layers: theirs }, q) =>
        parameterRows(own, theirs[position].gradient, rows, partial[q]),
      )
      const target = parameterRows(own, own.gradient, rows, whole)
      emit(draft, replica.rank, { op: 'reduce', layer: own.layer, sources, target })
    })
  })

  barrier(draft, `sums ${layers}`, group)
  for (const replica of replicas) {
    replica.layers.forEach((own, position) => {
      chunks(own.rows, replicas.length).forEach((rows, q) => {
        if (length(rows) === 0) return
        emit(draft, replica.rank, update(own, replicas[q].layers[position].gradient, rows, whole))
      })
    })
  }
}
