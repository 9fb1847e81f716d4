import { initialParameters } from '../model/initialise.ts'
import type { Buffer, Role } from '../plan/plan.ts'
import type { CalibrationOrder } from '../runtime/calibrate.ts'
import { layOut, readRows, writeRows, type Layout } from '../runtime/memory.ts'
import type { RankReport, RankTimes } from '../runtime/orders.ts'
import type { SignalOrder } from '../runtime/signal-times.ts'
import { startTeam, type Team, type TeamOptions } from '../runtime/team.ts'
import type { Cell, Wait } from '../cells/cell.ts'
import type { Batches } from './batches.ts'

/** Several times the cost of a sleep and its end, 50 to 100 µs: where a rank has a core of its own. */
const PATIENT_SPIN_US = 500
/** Where threads outnumber cores, a rank that spins keeps the rank that it waits for from running. */
const OVERSUBSCRIBED_SPIN_US = 1

/** How long a rank looks before it sleeps, in microseconds. */
export function spinOf(wait: Wait, oversubscribed: boolean): number {
  if (wait === 'spin') return Infinity
  if (wait === 'wait') return 0
  return oversubscribed ? OVERSUBSCRIBED_SPIN_US : PATIENT_SPIN_US
}

/** The cells of a run, the memory that holds them, and the threads that run them. */
export interface Session
  extends
    Pick<Team, 'memory' | 'unpinned' | 'peak' | 'bandwidths' | 'close'>,
    Omit<ReturnType<typeof openTensors>, 'placed'> {
  /** A part of the memory that no cell uses: room for an evaluation beside the training. */
  readonly spare: Layout['spare']
  /** Runs steps with the weights as they are. */
  run(cell: Cell, warmUp: number, measured: number, done: number): Promise<RankReport[]>
  /** Times single instructions of a cell's plan, some of each rank's, on these ranks at once. */
  calibrate(
    cell: Cell,
    instructions: CalibrationOrder['instructions'],
    milliseconds: number,
    warmUpMs: number,
  ): Promise<RankTimes[]>
  /** Times signals between the ranks of a cell. */
  signals(cell: Cell, what: Pick<SignalOrder, 'what' | 'block'>): Promise<RankTimes[]>
}

export interface SessionOptions extends Omit<TeamOptions, 'layout' | 'counters' | 'messages'> {
  readonly cells: readonly Cell[]
  readonly batches: number
  readonly seed: number
  readonly spareFloats?: number
  /** See `layOut`. */
  readonly skew?: number
}

/** @throws PlanError if the cells do not fit into memory, RankError if the threads cannot start */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { cells, cores } = options
  const plans = cells.map(({ plan }) => plan)
  const layout = layOut(plans, options.batches, options.spareFloats, options.skew)
  const counters = Math.max(...plans.map((plan) => plan.counters.length))
  const messages = plans.some(({ buffers }) => buffers.some(({ role }) => role === 'message'))
  const team = await startTeam({ ...options, layout, counters, messages })
  const { placed, ...tensors } = openTensors(options, layout, team.memory)
  const spinMicroseconds = ({ plan, wait }: Cell) => spinOf(wait, plan.programs.length > cores)
  return {
    ...team,
    ...tensors,
    spare: layout.spare,
    run(cell, warmUp, measured, done) {
      const { batches, ...where } = placed(cell)
      const steps = { warmUp, measured, done, batches }
      const order = { ...where, steps, spinMicroseconds: spinMicroseconds(cell) }
      return cell.dispatch === 'task' ? team.dispatch(order) : team.run(order)
    },
    calibrate(cell, instructions, milliseconds, warmUpMs) {
      const hyper = { ...cell.hyper, learningRate: 0 }
      return team.calibrate({ ...placed(cell), hyper, instructions, milliseconds, warmUpMs })
    },
    signals: (cell, what) => team.signals({ ...placed(cell), ...what, spinMicroseconds: spinMicroseconds(cell) }),
  }
}

/** What the memory of a session holds. Nothing of it is read or written while ranks run. */
function openTensors({ cells, seed }: SessionOptions, { placements }: Layout, memory: WebAssembly.Memory) {
  const floats = new Float32Array(memory.buffer)
  const initial = initialParameters(cells[0].plan.model, seed)
  let batches = 1

  const placementOf = (cell: Cell) => placements[cells.indexOf(cell)]
  const buffersOf = (cell: Cell, role: Role) =>
    cell.plan.buffers
      .map((buffer, index) => ({ buffer, at: placementOf(cell)[index] }))
      .filter(({ buffer }) => buffer.role === role)
  const fill = (cell: Cell, role: Role, valuesOf: (buffer: Buffer) => Float32Array) => {
    for (const { buffer, at } of buffersOf(cell, role)) writeRows(floats, at, buffer, valuesOf(buffer))
  }

  return {
    /** The part of an order that tells the ranks where to work. */
    placed: (cell: Cell) => ({ plan: cell.plan, hyper: cell.hyper, placement: placementOf(cell), batches }),
    /** Puts batches where all cells read them. */
    load({ count, features, labels }: Batches): void {
      batches = count
      // The batches lie at the same place in every plan.
      fill(cells[0], 'features', () => features)
      fill(cells[0], 'labels', () => labels)
    },
    /** Gives a cell its initial weights, anew. */
    initialise(cell: Cell): void {
      fill(cell, 'weights', ({ layer }) => initial[layer])
      fill(cell, 'state', ({ rows, columns }) => new Float32Array(rows * columns))
    },
    /** Each layer's parameters, unpadded, once per replica that holds them. */
    weights: (cell: Cell): Float32Array[][] =>
      initial.map((_, layer) =>
        buffersOf(cell, 'weights')
          .filter(({ buffer }) => buffer.layer === layer)
          .map(({ buffer, at }) => readRows(floats, at, buffer, buffer.rows)),
      ),
    /** The losses of all samples of all batches, each as its last step left it. */
    losses(cell: Cell): Float32Array {
      const [{ buffer, at }] = buffersOf(cell, 'losses')
      return readRows(floats, at, buffer, batches * buffer.rows)
    },
  }
}
