import type { Model, Process, Step } from './explore.ts'

/**
 * `publish` and `awaitCounter` of src/runtime/counter.ts, atomic step by atomic step; counter.test.ts compares the two.
 * Counter c lies in cell 2c, and how many say that they sleep on it in the cell beside it.
 */
export const CELLS_PER_COUNTER = 2
export const SLEEPERS = 1

export interface Primitive {
  readonly publish: (counter: number, name?: string) => Step[]
  /** `seen` is a variable of the process's own. */
  readonly awaitCounter: (counter: number, target: number, seen: number, name?: string) => Step[]
}

/** Differences instead of comparisons let a counter wrap around. */
export const reached = (value: number, target: number): boolean => ((value - target) | 0) >= 0

/** The primitive as it is, spinning so many times before it sleeps. */
export const sleeping = (spins: number): Primitive => ({
  publish(counter, name = `counter ${counter}`) {
    const at = counter * CELLS_PER_COUNTER
    const done: Step = { text: 'published', place: true }
    return [
      { text: `add ${name}`, act: (cells) => cells[at]++ },
      {
        text: `load sleepers of ${name}`,
        jump: (cells) => (cells[at + SLEEPERS] > 0 ? undefined : done),
      },
      { text: `notify ${name}`, wake: at },
      done,
    ]
  },

  awaitCounter(counter, target, seen, name = `counter ${counter}`) {
    const at = counter * CELLS_PER_COUNTER
    const done: Step = { text: 'awaited', place: true }
    const spin: Step[] = Array.from({ length: spins }, () => ({
      text: `load ${name}`,
      jump: (cells) => (reached(cells[at], target) ? done : undefined),
    }))
    const look: Step = {
      text: `load ${name}`,
      act: (cells) => (cells[seen] = cells[at]),
      jump: (cells) => (reached(cells[seen], target) ? awake : undefined),
    }
    const awake: Step = {
      text: `sub sleepers of ${name}`,
      act(cells) {
        cells[at + SLEEPERS]--
        // Matters no more; as one value, it does not tell states apart.
        cells[seen] = 0
      },
    }
    return [
      ...spin,
      { text: `add sleepers of ${name}`, act: (cells) => cells[at + SLEEPERS]++ },
      look,
      { text: `wait ${name}`, sleep: { cell: at, seen: (cells) => cells[seen] }, jump: () => look },
      awake,
      done,
    ]
  },
})

/** What the primitive comes to, once it is known never to miss a publish: larger models use it in its place. */
export const atomic: Primitive = {
  publish: (counter, name = `counter ${counter}`) => [
    { text: `publish ${name}`, act: (cells) => cells[counter * CELLS_PER_COUNTER]++ },
  ],
  awaitCounter: (counter, target, _, name = `counter ${counter}`) => [
    {
      text: `await ${name} at ${target}`,
      when: (cells) => reached(cells[counter * CELLS_PER_COUNTER], target),
    },
  ],
}

export interface CounterModel {
  readonly awaiters: number
  readonly publishes: number
  readonly primitive: Primitive
  /** What the counter holds at first. */
  readonly start?: number
  readonly spuriousWakeUps?: boolean
}

/** One process publishes; each of the others awaits every one of the publishes in turn. */
export function counterModel(options: CounterModel): Model {
  const { awaiters, publishes, primitive, start = 0, spuriousWakeUps = false } = options
  const counts = Array.from({ length: publishes }, (_, k) => (start + k + 1) | 0)
  const publisher: Process = { name: 'publisher', program: counts.flatMap(() => primitive.publish(0)) }
  const waiting = Array.from({ length: awaiters }, (_, i): Process => {
    const seen = CELLS_PER_COUNTER + i
    return {
      name: `awaiter ${i}`,
      program: counts.flatMap((count): Step[] => [
        ...primitive.awaitCounter(0, count, seen),
        {
          text: 'go on',
          wrong: (cells) => (reached(cells[0], count) ? undefined : `goes on at ${cells[0]}, before ${count}`),
        },
      ]),
    }
  })
  return {
    cells: CELLS_PER_COUNTER + awaiters,
    initial: new Map([[0, start]]),
    processes: [publisher, ...waiting],
    wrongAtEnd(cells) {
      if (cells[0] !== counts[publishes - 1]) return `the counter ends at ${cells[0]}`
      return cells[SLEEPERS] === 0 ? undefined : `${cells[SLEEPERS]} still say that they sleep`
    },
    spuriousWakeUps,
  }
}
