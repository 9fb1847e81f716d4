/**
 * An exhaustive explorer of interleavings: SPIN (Holzmann 1997) in the small. Processes run programs of atomic steps on
 * shared whole numbers, sequentially consistent as JavaScript's Atomics are. The explorer visits every state that some
 * order of steps leads to, once, breadth first, so that the first fault it meets has a shortest trace.
 */

/** What all processes share: 32-bit integers, zero at first. A process's own variables are cells that only it uses. */
export type Cells = Int32Array

/** What one process does without anybody coming between. */
export interface Step {
  /** What a trace says about it. */
  readonly text: string
  /** The step waits until this holds. */
  readonly when?: (cells: Cells) => boolean
  /** What is wrong with taking the step now, if anything. */
  readonly wrong?: (cells: Cells) => string | undefined
  readonly act?: (cells: Cells) => void
  /** Where the process goes on, after `act`; by default at the step that follows. */
  readonly jump?: (cells: Cells) => Step | undefined
  /** `Atomics.wait`: falls asleep if the cell still holds what was seen, until somebody wakes it. */
  readonly sleep?: { readonly cell: number; readonly seen: (cells: Cells) => number }
  /** `Atomics.notify`: wakes everyone who sleeps on the cell. */
  readonly wake?: number
  /** Cells of ordinary memory that the step reads and writes, in reality one by one and taking its time. */
  readonly reads?: readonly number[]
  readonly writes?: readonly number[]
  /** Only somewhere to jump to: passed at once, no step of its own. */
  readonly place?: boolean
}

export interface Process {
  readonly name: string
  readonly program: readonly Step[]
}

export interface Model {
  readonly cells: number
  /** What cells hold at first, where it is not zero. */
  readonly initial?: ReadonlyMap<number, number>
  readonly processes: readonly Process[]
  /** What is wrong with the state in which all have come to their ends, if anything. */
  readonly wrongAtEnd?: (cells: Cells) => string | undefined
  /** Sleepers may wake for no reason. Hides lost wake-ups: for properties of safety only. */
  readonly spuriousWakeUps?: boolean
}

/**
 * `deadlock`: nobody can move, and not all are done. `violation`: a step, or the end, is wrong. `race`: two processes
 * stand before steps of which one writes what the other reads or writes.
 */
export interface Fault {
  readonly kind: 'deadlock' | 'violation' | 'race'
  readonly message: string
  /** The steps that lead there, as few as possible. */
  readonly trace: readonly string[]
}

export interface Exploration {
  /** States met: all that can be reached, unless there is a fault. */
  readonly states: number
  readonly fault?: Fault
}

/** More states than this are a model that is too large to be a test. */
const MOST_STATES = 3_000_000

/**
 * Explores a model to the first fault, or to the end.
 *
 * A race needs no marks for accesses that are under way: if one process can come to an access while another is within a
 * conflicting one, it can also come to it while the other still stands before its own, since ordinary memory decides
 * about nobody's way. Such a state is what is looked for. Hence a step may also stand for many accesses in a row.
 *
 * @throws RangeError if there are too many states
 */
export function explore(model: Model): Exploration {
  const { processes } = model
  const programs = processes.map(({ program }) => program)
  const count = programs.length
  const everybody = [...programs.keys()]
  const places = programs.map((program) => new Map(program.map((step, index) => [step, index])))

  // One state at a time is unpacked here: where each process is, the cell + 1 it sleeps on, or 0, and the cells.
  const state = new Int32Array(2 * count + model.cells)
  const at = state.subarray(0, count)
  const asleep = state.subarray(count, 2 * count)
  const cells = state.subarray(2 * count)
  const halves = new Uint16Array(state.buffer)

  /** Every state met, as a string of its halves of integers, in the order in which they were met. */
  const met: string[] = []
  const known = new Set<string>()
  /** How each was first come to: from which one, and by whom. */
  const from: number[] = []
  const by: number[] = []

  const unpack = (index: number): void => {
    const packed = met[index]
    for (let i = 0; i < halves.length; i++) halves[i] = packed.charCodeAt(i)
  }
  const meet = (origin: number, process: number): void => {
    const packed: string = Reflect.apply(String.fromCharCode, undefined, halves)
    if (known.has(packed)) return
    if (met.length === MOST_STATES) throw new RangeError(`the model has more than ${MOST_STATES} states`)
    known.add(packed)
    met.push(packed)
    from.push(origin)
    by.push(process)
  }
  const settle = (process: number, index: number): void => {
    let next = index
    while (programs[process][next]?.place) next++
    at[process] = next
  }
  const nextOf = (process: number): Step | undefined => programs[process][at[process]]
  const canMove = (process: number): boolean => {
    if (asleep[process] > 0) return model.spuriousWakeUps ?? false
    const step = nextOf(process)
    return step !== undefined && (step.when?.(cells) ?? true)
  }
  const move = (process: number): void => {
    const step = nextOf(process)
    if (!step || asleep[process] > 0) {
      asleep[process] = 0
      return
    }
    step.act?.(cells)
    if (step.wake !== undefined) {
      for (const p of everybody) if (asleep[p] === step.wake + 1) asleep[p] = 0
    }
    if (step.sleep && cells[step.sleep.cell] === step.sleep.seen(cells)) asleep[process] = step.sleep.cell + 1
    const target = step.jump?.(cells)
    const index = target ? places[process].get(target) : at[process] + 1
    if (index === undefined) throw new RangeError(`'${step.text}' jumps out of its program`)
    settle(process, index)
  }

  /** In the state at hand, what a process is about to do. */
  const told = (process: number, whileAsleep = 'sleeps'): string => {
    const text = asleep[process] > 0 ? whileAsleep : (nextOf(process)?.text ?? 'is done')
    return `${processes[process].name}: ${text}`
  }
  const everyone = (who: readonly number[]): string => who.map((process) => told(process)).join(' | ')
  const faultAt = (index: number, kind: Fault['kind'], message: string, last: string[] = []): Exploration => {
    const trace = last
    for (let i = index; i > 0; i = from[i]) {
      unpack(from[i])
      trace.unshift(told(by[i], 'wakes for no reason'))
    }
    return { states: met.length, fault: { kind, message, trace } }
  }

  model.initial?.forEach((value, cell) => (cells[cell] = value))
  for (const process of everybody) settle(process, 0)
  meet(-1, -1)
  for (let index = 0; index < met.length; index++) {
    unpack(index)
    const race = conflict(everybody.map((p) => (asleep[p] > 0 ? undefined : nextOf(p))))
    if (race) return faultAt(index, 'race', everyone(race))

    let moved = false
    for (const process of everybody) {
      if (!canMove(process)) continue
      moved = true
      const wrong = asleep[process] > 0 ? undefined : nextOf(process)?.wrong?.(cells)
      if (wrong) return faultAt(index, 'violation', wrong, [told(process)])
      move(process)
      meet(index, process)
      unpack(index)
    }
    if (moved) continue
    if (everybody.some((process) => asleep[process] > 0 || nextOf(process)))
      return faultAt(index, 'deadlock', everyone(everybody))
    const wrong = model.wrongAtEnd?.(cells)
    if (wrong) return faultAt(index, 'violation', wrong)
  }
  return { states: met.length }
}

/** Two processes that stand before steps which must not overlap, if there are such. */
function conflict(standing: readonly (Step | undefined)[]): [number, number] | undefined {
  for (let p = 0; p < standing.length; p++) {
    const writes = standing[p]?.writes
    if (!writes) continue
    for (let q = 0; q < standing.length; q++) {
      const other = standing[q]
      if (q === p || !other) continue
      const touches = (place: number) => (other.reads?.includes(place) || other.writes?.includes(place)) ?? false
      if (writes.some(touches)) return [p, q]
    }
  }
  return undefined
}
