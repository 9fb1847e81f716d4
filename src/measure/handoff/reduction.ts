import { FLOAT_BYTES, type KernelChoice } from '../../kernels/kernel.ts'
import { addBuffer, addCounters, barrier, emit, emptyDraft } from '../../plan/build/draft.ts'
import { weightsOf, type Parameters } from '../../plan/build/parameters.ts'
import type { Instruction, Plan } from '../../plan/plan.ts'
import { reductions, type Reduction } from '../../plan/reductions/index.ts'
import { layOut, readRows, writeRows, type Placement } from '../../runtime/memory.ts'
import { startTeam, type Team } from '../../runtime/team.ts'
import { spinOf } from '../session.ts'
import { stepTimes } from '../ledger.ts'
import { summarise, type Conditions, type Measurement } from './measurement.ts'
import type { Pace, Part } from './tries.ts'

const MOST_COLUMNS = 1024
const HYPER = { learningRate: 1, beta1: 0, beta2: 0, epsilon: 1 }
const NANOSECONDS = 1e6

/**
 * All-reduce by each of the classic reductions, run by the interpreter of plans: every rank has an array of some bytes and
 * ends with the sum of all ranks' arrays in one of its own. The times include the barrier behind it.
 *
 * @throws RankError
 */
export async function* measureReductions(
  conditions: Pick<Conditions, 'cores' | 'signal'>,
  counts: readonly number[],
  sizes: readonly number[],
  pace: Pace,
  kernel: KernelChoice,
): AsyncGenerator<Measurement, void> {
  for (const threads of counts) {
    const cases = Object.entries(reductions).flatMap(([method, reduction]) =>
      sizes.map((bytes) => ({ method, bytes, plan: reductionPlan(reduction, threads, bytes) })),
    )
    const plans = cases.map(({ plan }) => plan)
    const layout = layOut(plans, 1)
    const counters = Math.max(...plans.map((plan) => plan.counters.length))
    const team = await startTeam({ ...conditions, layout, counters, kernel, messages: false })
    const spin = spinOf('spin-then-wait', threads > conditions.cores)
    try {
      for (const [number, { method, bytes, plan }] of cases.entries()) {
        const part = await timeReduction(team, plan, layout.placements[number], pace, spin)
        const times = summarise([part], bytes)
        const busbw = (times.algbw! * 2 * (threads - 1)) / threads
        yield { kind: 'reduction', method, threads, bytes, ...times, busbw }
      }
    } finally {
      await team.close()
    }
  }
}

async function timeReduction(team: Team, plan: Plan, placement: Placement, pace: Pace, spin: number): Promise<Part> {
  const floats = new Float32Array(team.memory.buffer)
  const ranks = plan.programs.length
  const run = async (warmUp: number, measured: number): Promise<number[]> => {
    const steps = { warmUp, measured, done: 0, batches: 1 }
    const reports = await team.run({ plan, placement, steps, hyper: HYPER, spinMicroseconds: spin })
    return stepTimes(reports).slice(warmUp)
  }
  /** Fills every rank's array with multiples of its factor, and the place of its sum with −1. */
  const fill = (factorOf: (rank: number) => number): void =>
    plan.buffers.forEach((buffer, index) => {
      const factor = factorOf(buffer.owner)
      const values = Float32Array.from({ length: buffer.rows * buffer.columns }, (_, i) =>
        buffer.role === 'gradient' ? factor * multiple(i) : -1,
      )
      writeRows(floats, placement[index], buffer, values)
    })
  /** Counts floats that are not the sum over all ranks. All are whole numbers, so the order of the sum does not matter. */
  const verify = async (): Promise<number> => {
    fill((rank) => rank + 1)
    await run(0, 1)
    const factor = (ranks * (ranks + 1)) / 2
    return plan.buffers.reduce((wrong, buffer, index) => {
      if (buffer.role !== 'weights') return wrong
      const values = readRows(floats, placement[index], buffer, buffer.rows)
      return wrong + values.filter((value, i) => value !== factor * multiple(i)).length
    }, 0)
  }
  let wrong = await verify()
  // Sums of zeros stay zeros, however often they are added.
  fill(() => 0)
  const [firstNs] = (await run(2, 3)).toSorted((a, b) => a - b)
  const most = Math.min(pace.most, Math.round((pace.measuredMs * NANOSECONDS) / firstNs))
  const measured = Math.max(pace.fewest, most)
  const samples = await run(Math.ceil(measured / 4), measured)
  wrong += await verify()
  return { samples, wrong }
}

const multiple = (index: number): number => 1 + (index % 7)

/** A plan that only combines one layer's gradients. Instead of updating weights, each rank copies the sum. */
function reductionPlan(reduction: Reduction, ranks: number, bytes: number): Plan {
  const draft = emptyDraft(ranks)
  const places = [...draft.programs.keys()]
  const columns = Math.min(MOST_COLUMNS, bytes / FLOAT_BYTES)
  const rows = bytes / FLOAT_BYTES / columns
  const slice = { from: 0, to: rows }
  const shape = { layer: 0, rows, columns }
  const layer = places.map((owner): Parameters => {
    const add = (role: 'weights' | 'gradient') =>
      addBuffer(draft, { ...shape, name: `${role} of rank ${owner}`, role, owner, slots: 1 })
    return {
      ...shape,
      weights: add('weights'),
      gradient: add('gradient'),
      packed: undefined,
      slice,
      kept: slice,
      state: [],
    }
  })
  const bucket = {
    layers: [layer],
    partial: places.map((rank) => `${rank}:${rank + 1}`),
    counters: addCounters(draft, 'arrays', places),
    shardOptimizer: false,
  }
  reduction(bucket).forEach((phases, rank) => {
    for (const instruction of phases.flat()) emit(draft, rank, copyInstead(instruction, layer[rank]))
  })
  barrier(draft, 'end of the reduction', places)
  const model = { widths: [rows - 1, columns], activation: 'identity', loss: 'mse' } as const
  return { model, batch: ranks, optimizer: 'sgd', ...draft, exact: false }
}

function copyInstead(instruction: Instruction, own: Parameters): Instruction {
  if (instruction.op !== 'update') return instruction
  const { gradient, weights } = instruction
  const target = weightsOf(own, weights.rows, undefined, gradient.version)
  return { op: 'reduce', layer: 0, sources: [gradient], target }
}
