import { extname } from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { ExplainedError, messageOf } from '../errors.ts'
import { createKernel } from '../kernels/choose.ts'
import type { KernelChoice } from '../kernels/kernel.ts'
import type { Limits } from '../kernels/wasm/measure-limits.ts'
import { isSignal } from '../plan/effects.ts'
import type { Instruction, Plan } from '../plan/plan.ts'
import { stepFlop } from '../model/shape.ts'
import { bind } from './bind.ts'
import { createControl, INSTRUCTION, LINE_CELLS, STEP, type Control } from './control.ts'
import { dispatchSteps, runRange } from './dispatch.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import { allowedCpus, NO_AFFINITY } from './pin.ts'
import { allocate, type Layout } from './memory.ts'
import type { Range } from './ranges.ts'
import type { Answer, CalibrationReport, RankReport, Task, Visit } from './rank.ts'
import type { Calibration } from './calibrate.ts'
import type { SignalTiming } from './signal-times.ts'

/** A rank failed, ended or stalled; the message names the rank, the step and the cause. */
export class RankError extends ExplainedError {
  override readonly name = 'RankError'
}

/** Threads that keep their ranks for a whole run, and the memory that they share. */
export interface Team {
  readonly memory: WebAssembly.Memory
  readonly threads: number
  /** Why ranks are not bound to cores, though that was asked for. */
  readonly unpinned: string | undefined
  /**
   * Runs steps of a plan on as many ranks as it has; the others stay parked. Reports come in the order of the ranks.
   * @throws RankError as soon as one rank fails; the team is over then
   */
  visit(visit: Visit): Promise<RankReport[]>
  /** The same in tasks, one for each range of a program between two waits, joined here; see dispatch.ts. */
  dispatch(visit: Visit): Promise<RankReport[]>
  /** What the first `threads` cores can do together, one entry per thread; none for a kernel in plain JavaScript. */
  limits(threads: number): Promise<Limits[]>
  /** Times single instructions; reports come in the order of the ranks that had any. */
  calibrate(order: Calibration & Pick<Visit, 'hyper'>): Promise<CalibrationReport[]>
  /** Times signals between the ranks of a plan; one report per rank. */
  signals(order: SignalTiming): Promise<CalibrationReport[]>
  /** Ends all threads, also ones that wait or spin. */
  close(): Promise<void>
}

export interface TeamOptions {
  readonly layout: Layout
  readonly counters: number
  readonly kernel: KernelChoice
  /** Ranks hand over in messages, in some plan. */
  readonly messages: boolean
  /** Bind each rank to a core of its own. */
  readonly pin?: boolean
  /** The module that the threads run; tests put one with faults here. */
  readonly worker?: URL
  /** Milliseconds that nothing may happen before a rank counts as stalled; by default it grows with the work of a step. */
  readonly patience?: number
}

const LOWEST_PATIENCE_MS = 5000
/** No kernel is so slow on any machine, even with all others' threads beside it. */
const SLOWEST_FLOP_PER_MS = 20_000
const LOOK_EVERY_MS = 200
/** Enough for the largest plans; a rank that needs more is broken, and ends with a clear error. */
const MOST_HEAP_MB = 256

/** How long each limit is measured, and what threads have beforehand to touch their memory and to compile. */
const LIMITS_MS = 100
const LIMITS_WARM_UP_MS = 200

const WORKER = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)

export async function startTeam(options: TeamOptions): Promise<Team> {
  const { layout, kernel } = options
  const threads = layout.regions.length
  const memory = allocate(layout)
  const control = createControl(threads, options.counters)
  const { counters } = control
  const pool = new Piscina<Task, Answer>({
    filename: (options.worker ?? WORKER).href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    idleTimeout: Infinity,
    recordTiming: false,
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  })
  // A worker that cannot even be loaded is reported here and by its task's rejection; the latter is handled.
  pool.on('error', () => {})

  // Piscina may not be destroyed twice at a time: a second call would start new workers.
  let closing: Promise<void> | undefined
  const close = () => (closing ??= pool.destroy())

  const links = options.messages ? connect(threads) : layout.regions.map(() => new Map<number, MessagePort>())
  const cpus = options.pin ? allowedCpus() : []
  const enrol = layout.regions.map((region, rank) => {
    const cpu = cpus.length > 0 ? cpus[rank % cpus.length] : undefined
    const task: Task = { kind: 'enrol', rank, memory, control, kernel, region, ports: links[rank], cpu }
    return pool.run(task, { transferList: [...links[rank].values()] }).catch((error: unknown) => {
      throw new RankError(`rank ${rank} of ${threads} could not start: ${messageOf(error)}`, { cause: error })
    })
  })
  let unpinned: string | undefined = options.pin && cpus.length === 0 ? NO_AFFINITY : undefined
  try {
    const answers = await Promise.all(enrol)
    for (const answer of answers) if (answer && 'unpinned' in answer) unpinned ??= answer.unpinned
  } catch (error) {
    // Node 20 crashes if a thread is ended while it loads its module.
    await Promise.allSettled(enrol)
    await close()
    throw error
  }

  /** Runs a task, and says in its error which rank it was that failed, and where. */
  async function send(job: Pick<Visit, 'plan'>, task: Task, rankOf: () => number): Promise<Answer> {
    try {
      return await pool.run(task)
    } catch (error) {
      const rank = rankOf()
      const where = rank < 0 ? '' : `, ${placeOf(job.plan, control, rank)}`
      const ranks = job.plan.programs.length
      throw new RankError(`rank ${rank < 0 ? '?' : rank} of ${ranks} failed${where}: ${messageOf(error)}`, {
        cause: error,
      })
    }
  }

  /** As many tasks as threads, in one go: each thread takes one, and finds out there whether it has a part in this plan. */
  const toEach = (job: Pick<Visit, 'plan'>, taskOf: (ticket: number) => Task): Promise<Answer>[] =>
    Array.from({ length: threads }, (_, ticket) =>
      send(job, taskOf(ticket), () => control.tickets[ticket] - 1),
    )

  /** Lets ranks work until they are done, one fails, or nothing moves any more; the team is over in the last two cases. */
  async function watched<T>(job: Pick<Visit, 'plan'>, work: () => Promise<T>): Promise<T> {
    control.counters.fill(0)
    control.lines.fill(-1)
    control.tickets.fill(0)
    const patience =
      options.patience ?? LOWEST_PATIENCE_MS + stepFlop(job.plan.model, job.plan.batch) / SLOWEST_FLOP_PER_MS
    const watch = watchdog(job.plan, control, patience)
    const working = work()
    try {
      return await Promise.race([working, watch.stalled])
    } catch (error) {
      await close()
      await Promise.allSettled([working])
      throw error
    } finally {
      watch.stop()
    }
  }

  const visit = (job: Visit): Promise<RankReport[]> =>
    watched(job, async () => {
      const answers = await Promise.all(toEach(job, (ticket) => ({ kind: 'visit', ticket, ...job })))
      return answers
        .filter((answer) => answer !== undefined)
        .filter((answer) => 'rank' in answer)
        .sort((a, b) => a.rank - b.rank)
    })

  const dispatch = (job: Visit): Promise<RankReport[]> =>
    watched(job, async () => {
      const { plan, placement, hyper, steps } = job
      const made = createKernel(kernel)(memory, layout.main.from)
      const bound = plan.programs.map((_, rank) =>
        bind({ plan, rank, placement, memory, kernel: made, mailbox: NO_MAILBOX, hyper, counters, spins: 0 }),
      )
      const threadOf = plan.programs.map(() => 0)
      await Promise.all(toEach(job, (ticket) => ({ kind: 'prepare', ticket, ...job })))
      const run = async (range: Range, step: number): Promise<Float64Array> => {
        if (range.onMain)
          return runRange(bound[range.rank], range, steps, step, [0, 0], () => performance.now())
        const answer = await send(job, { kind: 'range', range, step }, () => range.rank)
        if (!answer || !('marks' in answer)) throw new RankError(`rank ${range.rank} gave no times`)
        threadOf[range.rank] = answer.threadId
        return answer.marks
      }
      const timings = await dispatchSteps(plan, steps, run, () => performance.now())
      return timings.map((each, rank) => ({ ...each, rank, threadId: threadOf[rank] }))
    })

  const reported = (job: Pick<Visit, 'plan'>, taskOf: (ticket: number) => Task) =>
    watched(job, async () => {
      const answers = await Promise.all(toEach(job, taskOf))
      return answers
        .filter((answer) => answer !== undefined)
        .filter((answer) => 'calibrated' in answer)
        .sort((a, b) => a.calibrated - b.calibrated)
    })
  const calibrate: Team['calibrate'] = (order) =>
    reported(order, (ticket) => ({ kind: 'calibrate', ticket, ...order }))
  const signals: Team['signals'] = (order) =>
    reported(order, (ticket) => ({ kind: 'signals', ticket, ...order }))

  async function limits(together: number): Promise<Limits[]> {
    const startAt = performance.now() + LIMITS_WARM_UP_MS
    const order = { kind: 'limits', threads: together, startAt, milliseconds: LIMITS_MS } as const
    const answers = await Promise.all(Array.from({ length: threads }, () => pool.run(order)))
    return answers.filter((answer) => answer !== undefined).filter((answer) => 'peakGflops' in answer)
  }

  return { memory, threads, unpinned, visit, dispatch, limits, calibrate, signals, close }
}

/** The main thread adds gradients, and hands nothing over. */
const NO_MAILBOX: Mailbox = createMailbox(new Map())

/** A message channel between any two ranks; gives each rank's ends, by the other's number. */
function connect(ranks: number): Map<number, MessagePort>[] {
  const ends = Array.from({ length: ranks }, () => new Map<number, MessagePort>())
  for (let rank = 0; rank < ranks; rank++) {
    for (let other = 0; other < rank; other++) {
      const { port1, port2 } = new MessageChannel()
      ends[rank].set(other, port1)
      ends[other].set(rank, port2)
    }
  }
  return ends
}

interface Watchdog {
  /** Rejects when no rank has moved for too long. */
  readonly stalled: Promise<never>
  stop(): void
}

/** The one timer on the main thread while ranks are timed: it reads a few words five times a second. */
function watchdog(plan: Plan, control: Control, patience: number): Watchdog {
  let timer: NodeJS.Timeout | undefined
  const stalled = new Promise<never>((_, reject) => {
    let seen = control.lines.slice()
    let since = performance.now()
    timer = setInterval(() => {
      const moved = seen.some((cell, i) => cell !== control.lines[i])
      if (moved) {
        seen = control.lines.slice()
        since = performance.now()
      } else if (performance.now() - since > patience) {
        reject(new RankError(describeStall(plan, control, patience)))
      }
    }, LOOK_EVERY_MS)
  })
  return { stalled, stop: () => clearInterval(timer) }
}

/** Blames the rank that is in a step and not waiting, or else has not come to one; if all wait, names what each waits for. */
function describeStall(plan: Plan, control: Control, patience: number): string {
  const ranks = plan.programs.map((_, rank) => rank)
  const waits = (rank: number) => isSignal(at(plan, control, rank))
  const active = ranks.filter((rank) => !waits(rank))
  // Where a task is a part of a step, a rank is outside of the steps while the next part is not its own.
  const inStep = active.filter((rank) => control.lines[rank * LINE_CELLS + STEP] >= 0)
  const blamed = inStep.length > 0 ? inStep : active
  const describe = (some: readonly number[]) =>
    some.map((rank) => `rank ${rank}, ${placeOf(plan, control, rank)}`).join('; ')
  const seconds = (patience / 1000).toFixed(1)
  return blamed.length > 0
    ? `nothing has moved for ${seconds} s; stalled: ${describe(blamed)}`
    : `nothing has moved for ${seconds} s; all ranks wait: ${describe(ranks)}`
}

const at = (plan: Plan, control: Control, rank: number): Instruction =>
  plan.programs[rank][Math.max(0, control.lines[rank * LINE_CELLS + INSTRUCTION])]

function placeOf(plan: Plan, control: Control, rank: number): string {
  const step = control.lines[rank * LINE_CELLS + STEP]
  if (step < 0) return 'outside of the steps'
  const instruction = at(plan, control, rank)
  const layer = 'layer' in instruction ? ` of layer ${instruction.layer}` : ''
  const index = control.lines[rank * LINE_CELLS + INSTRUCTION]
  return `step ${step}, instruction ${index} (${instruction.op}${layer})`
}
