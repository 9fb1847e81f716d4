import { FLOAT_BYTES, type KernelChoice } from '../../kernels/kernel.ts'
import { barrier, addBuffer, emit, emptyDraft, type Draft } from '../../plan/build/draft.ts'
import { weightsOf, type Parameters } from '../../plan/build/parameters.ts'
import type { Instruction, Plan } from '../../plan/plan.ts'
import { reductions } from '../../plan/reductions/index.ts'
import { addBucketCounters, type Reduction } from '../../plan/reductions/reduction.ts'
import { layOut, readRows, writeRows } from '../../runtime/memory.ts'
import { startTeam } from '../../runtime/team.ts'
import { quantile } from '../statistics.ts'
import { stepTimes } from '../steps.ts'
import type { Conditions, Measurement } from './measurement.ts'
import { spinMicroseconds } from './ranks.ts'
import type { Pace } from './tries.ts'

const MOST_COLUMNS = 1024
const HYPER = { learningRate: 1, beta1: 0, beta2: 0, epsilon: 1 }
const NANOSECONDS = 1e6

/**
 * All-reduce by each of the classic reductions, run by the interpreter of plans: every rank has an array of so many bytes
 * and ends with the sum of all of them in an array of its own. The times include the barrier behind it.
 *
 * @throws RankError
 */
export async function* measureReductions(
  { cores, signal }: Pick<Conditions, 'cores' | 'signal'>,
  counts: readonly number[],
  sizes: readonly number[],
  pace: Pace,
  kernel: KernelChoice,
): AsyncGenerator<Measurement, void> {
  for (const count of counts) {
    const cases = Object.entries(reductions).flatMap(([method, reduction]) =>
      sizes.map((bytes) => ({ method, bytes, plan: reductionPlan(reduction, count, bytes) })),
    )
    const plans = cases.map(({ plan }) => plan)
    const layout = layOut(plans, 1)
    const counters = Math.max(...plans.map((plan) => plan.counters.length))
    const team = await startTeam({ layout, counters, kernel, messages: false })
    const close = () => void team.close()
    signal.addEventListener('abort', close)
    try {
      for (const [number, { method, bytes, plan }] of cases.entries()) {
        const placement = layout.placements[number]
        const floats = new Float32Array(team.memory.buffer)
        const run = async (warmUp: number, measured: number): Promise<number[]> => {
          const steps = { warmUp, measured, done: 0, batches: 1 }
          const spin = spinMicroseconds('spin-then-wait', count, { cores, signal })
          const reports = await team.visit({ plan, placement, steps, hyper: HYPER, spinMicroseconds: spin })
          return stepTimes(reports).slice(warmUp)
        }
        const verify = async (): Promise<number> => {
          fill(floats, placement, plan, (rank, i) => (rank + 1) * (1 + (i % 7)))
          await run(0, 1)
          return countWrong(floats, placement, plan)
        }
        let wrong = await verify()
        // Of zeros the sums stay zeros, however often they are added.
        fill(floats, placement, plan, () => 0)
        const [firstNs] = (await run(2, 3)).toSorted((a, b) => a - b)
        const most = Math.min(pace.most, Math.round((pace.measuredMs * NANOSECONDS) / firstNs))
        const measured = Math.max(pace.fewest, most)
        const times = await run(Math.ceil(measured / 4), measured)
        wrong += await verify()
        const medianNs = quantile(times, 0.5)
        const algbw = bytes / medianNs
        yield {
          kind: 'reduction',
          method,
          threads: count,
          bytes,
          tries: times.length,
          medianNs,
          minNs: quantile(times, 0),
          p95Ns: quantile(times, 0.95),
          wrong,
          algbw,
          busbw: (algbw * 2 * (count - 1)) / count,
        }
      }
    } finally {
      signal.removeEventListener('abort', close)
      await team.close()
    }
  }
}

/** A plan that does nothing but to combine one layer's gradients; instead of updating, each rank copies the sum. */
function reductionPlan(reduction: Reduction, ranks: number, bytes: number): Plan {
  const draft = emptyDraft(ranks)
  const places = draft.programs.map((_, rank) => rank)
  const columns = Math.min(MOST_COLUMNS, bytes / FLOAT_BYTES)
  const rows = bytes / FLOAT_BYTES / columns
  const layer = places.map((rank) => addArrays(draft, rank, rows, columns))
  const bucket = {
    layers: [layer],
    partial: places.map((rank) => `${rank}:${rank + 1}`),
    counters: addBucketCounters(draft, 'arrays', places),
    shardOptimizer: false,
  }
  reduction(bucket).forEach((phases, rank) => {
    for (const instruction of phases.flat()) emit(draft, rank, copyInstead(instruction, layer[rank]))
  })
  barrier(draft, 'end of the reduction', places)
  const model = { widths: [rows - 1, columns], activation: 'identity', loss: 'mse' } as const
  return { model, batch: ranks, optimizer: 'sgd', ...draft, exact: false }
}

function addArrays(draft: Draft, rank: number, rows: number, columns: number): Parameters {
  const add = (role: 'weights' | 'gradient') =>
    addBuffer(draft, {
      name: `${role} of rank ${rank}`,
      role,
      owner: rank,
      layer: 0,
      rows,
      columns,
      slots: 1,
    })
  const slice = { from: 0, to: rows }
  return {
    layer: 0,
    rows,
    columns,
    weights: add('weights'),
    gradient: add('gradient'),
    packed: undefined,
    slice,
    kept: slice,
    state: [],
  }
}

const copyInstead = (instruction: Instruction, own: Parameters): Instruction =>
  instruction.op === 'update'
    ? {
        op: 'reduce',
        layer: 0,
        sources: [instruction.gradient],
        target: weightsOf(own, instruction.weights.rows, undefined, instruction.gradient.version),
      }
    : instruction

/** Every rank's array, and nothing where the sums are to be. */
function fill(
  floats: Float32Array,
  placement: readonly number[],
  plan: Plan,
  value: (rank: number, index: number) => number,
): void {
  plan.buffers.forEach((buffer, index) => {
    const length = buffer.rows * buffer.columns
    const values = Float32Array.from({ length }, (_, i) =>
      buffer.role === 'gradient' ? value(buffer.owner, i) : -1,
    )
    writeRows(floats, placement[index], buffer, values)
  })
}

/** Floats that are not the sum over all ranks: whole numbers, so that no order of adding changes them. */
function countWrong(floats: Float32Array, placement: readonly number[], plan: Plan): number {
  const ranks = plan.programs.length
  const factor = (ranks * (ranks + 1)) / 2
  return plan.buffers.reduce((wrong, buffer, index) => {
    if (buffer.role !== 'weights') return wrong
    const values = readRows(floats, placement[index], buffer, buffer.rows)
    return wrong + values.filter((value, i) => value !== factor * (1 + (i % 7))).length
  }, 0)
}
