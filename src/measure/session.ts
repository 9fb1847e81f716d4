import type { Limits } from '../kernels/wasm/measure-limits.ts'
import { initialParameters } from '../model/initialise.ts'
import type { Role } from '../plan/plan.ts'
import { layOut, readRows, writeRows, type Placement } from '../runtime/memory.ts'
import type { CalibrationOrder } from '../runtime/calibrate.ts'
import type { RankReport, RankTimes } from '../runtime/orders.ts'
import type { SignalOrder } from '../runtime/signal-times.ts'
import { startTeam, type Team, type TeamOptions } from '../runtime/team.ts'
import type { Batches } from './batches.ts'
import type { Cell, Wait } from '../cells/cell.ts'

/**
 * How long a rank with a core of its own looks before it sleeps: some times what a sleep and its end cost, which is
 * 50 to 100 µs. Waits that are longer do not feel that any more.
 */
const PATIENT_SPIN_US = 500
/** Where threads outnumber cores, whoever spins keeps the rank that it waits for from running. */
const OVERSUBSCRIBED_SPIN_US = 1

/** How long a rank looks before it sleeps. */
export function spinOf(wait: Wait, oversubscribed: boolean): number {
  if (wait === 'spin') return Infinity
  if (wait === 'wait') return 0
  return oversubscribed ? OVERSUBSCRIBED_SPIN_US : PATIENT_SPIN_US
}

/** The cells of a run, the memory that holds them, and the threads that run them. */
export interface Session {
  /** The whole memory, and what nobody else uses of it: room for an evaluation beside the training. */
  readonly memory: WebAssembly.Memory
  readonly spare: { readonly from: number; readonly to: number }
  /** Why ranks are not bound to cores, though that was asked for. */
  readonly unpinned: string | undefined
  /** Puts batches where all cells read them. Not while ranks run. */
  load(batches: Batches): void
  /** Gives a cell its initial weights, anew. */
  initialise(cell: Cell): void
  /** Runs steps with the weights as they are. */
  run(cell: Cell, warmUp: number, measured: number, done: number): Promise<RankReport[]>
  /** Each layer's parameters, unpadded, once per replica that holds them. */
  weights(cell: Cell): Float32Array[][]
  /** The losses of all samples of all batches, each as its last step left it. */
  losses(cell: Cell): Float32Array
  /** What so many cores can do together: sums over the threads; undefined for a kernel in plain JavaScript. */
  limits(threads: number): Promise<Limits | undefined>
  /** Times single instructions of a cell's plan, some of each rank's, on these ranks at once. */
  calibrate(
    cell: Cell,
    instructions: CalibrationOrder['instructions'],
    milliseconds: number,
    warmUpMs: number,
  ): Promise<RankTimes[]>
  /** Times signals between the ranks of a cell. */
  signals(cell: Cell, what: SignalOrder['what'], block?: Float32Array): Promise<RankTimes[]>
  close(): Promise<void>
}

export interface SessionOptions extends Pick<TeamOptions, 'kernel' | 'worker' | 'patience' | 'pin'> {
  readonly cells: readonly Cell[]
  readonly batches: number
  readonly seed: number
  readonly cores: number
  readonly spareFloats?: number
}

/** @throws PlanError if the cells do not fit into memory, RankError if the threads cannot start */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { cells, seed, cores } = options
  const plans = cells.map((cell) => cell.plan)
  const layout = layOut(plans, options.batches, options.spareFloats)
  const counters = Math.max(...plans.map((plan) => plan.counters.length))
  const messages = plans.some(({ buffers }) => buffers.some(({ role }) => role === 'message'))
  const team: Team = await startTeam({ ...options, layout, counters, messages })
  const floats = new Float32Array(team.memory.buffer)
  const placementOf = new Map<Cell, Placement>(cells.map((cell, index) => [cell, layout.placements[index]]))
  const initial = initialParameters(plans[0].model, seed)
  let loaded = 1

  /** The buffers of a cell that play a role, with their places. */
  const buffersOf = (cell: Cell, role: Role) =>
    cell.plan.buffers.flatMap((buffer, index) =>
      buffer.role === role ? [{ buffer, at: placementOf.get(cell)![index] }] : [],
    )

  return {
    memory: team.memory,
    unpinned: team.unpinned,
    spare: layout.spare,

    load(batches) {
      loaded = batches.count
      // The batches lie at the same place in every plan.
      const [cell] = cells
      for (const { buffer, at } of buffersOf(cell, 'features')) writeRows(floats, at, buffer, batches.features)
      for (const { buffer, at } of buffersOf(cell, 'labels')) writeRows(floats, at, buffer, batches.labels)
    },

    initialise(cell) {
      for (const { buffer, at } of buffersOf(cell, 'weights')) writeRows(floats, at, buffer, initial[buffer.layer])
      const zero = new Float32Array(Math.max(...initial.map((layer) => layer.length)))
      for (const { buffer, at } of buffersOf(cell, 'state')) {
        writeRows(floats, at, buffer, zero.subarray(0, buffer.rows * buffer.columns))
      }
    },

    run(cell, warmUp, measured, done) {
      const { plan, hyper, dispatch, wait } = cell
      const order = {
        plan,
        placement: placementOf.get(cell)!,
        steps: { warmUp, measured, done, batches: loaded },
        hyper,
        spinMicroseconds: spinOf(wait, plan.programs.length > cores),
      }
      return dispatch === 'task' ? team.dispatch(order) : team.run(order)
    },

    weights(cell) {
      const found = buffersOf(cell, 'weights')
      return initial.map((_, layer) =>
        found
          .filter(({ buffer }) => buffer.layer === layer)
          .map(({ buffer, at }) => readRows(floats, at, buffer, buffer.rows)),
      )
    },

    losses(cell) {
      const [{ buffer, at }] = buffersOf(cell, 'losses')
      return readRows(floats, at, buffer, loaded * buffer.rows)
    },

    async limits(threads) {
      const each = await team.limits(threads)
      if (each.length === 0) return undefined
      const sum = (of: (limits: Limits) => number) => each.reduce((total, limits) => total + of(limits), 0)
      return {
        peakGflops: sum((limits) => limits.peakGflops),
        copyGbps: sum((limits) => limits.copyGbps),
        triadGbps: sum((limits) => limits.triadGbps),
      }
    },

    calibrate: (cell, instructions, milliseconds, warmUpMs) =>
      team.calibrate({
        plan: cell.plan,
        placement: placementOf.get(cell)!,
        batches: loaded,
        hyper: { ...cell.hyper, learningRate: 0 },
        instructions,
        milliseconds,
        warmUpMs,
      }),

    signals: ({ plan, wait }, what, block) =>
      team.signals({
        plan,
        what,
        spinMicroseconds: spinOf(wait, plan.programs.length > cores),
        ...(block ? { block } : {}),
      }),

    close: () => team.close(),
  }
}
