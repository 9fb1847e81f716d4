import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { awaitCounter, publish } from '../../../src/runtime/counter.ts'
import { lookingFirst, silent, sleepingBlindly, trusting } from './broken-counter.ts'
import { counterModel, sleeping, SLEEPERS, type Primitive } from './counter.model.ts'
import { explore, type Step } from './explore.ts'

/** What was done, operation by operation, and what it left in the counter's cells. */
interface Run {
  readonly operations: readonly string[]
  readonly cells: readonly number[]
}

/** Others publish so many times before each operation; once a time where nothing is said. */
type Interference = readonly number[]

/** Runs the code on Atomics that note every call. A wait returns at once, as one that wakes for no reason does. */
function runCode(code: (cells: Int32Array) => void, initial: readonly number[], others: Interference): Run {
  const cells = Int32Array.from(initial)
  const operations: string[] = []
  const note = (name: string, at: number) => {
    cells[0] += others[operations.length] ?? 1
    operations.push(`${name} ${at === SLEEPERS ? 'sleepers of ' : ''}counter 0`)
  }
  const { add, sub, load } = Atomics
  vi.stubGlobal('Atomics', {
    add: (on: Int32Array, at: number, value: number) => (note('add', at), add(on, at, value)),
    sub: (on: Int32Array, at: number, value: number) => (note('sub', at), sub(on, at, value)),
    load: (on: Int32Array, at: number) => (note('load', at), load(on, at)),
    notify: (_: Int32Array, at: number) => note('notify', at),
    wait: (_: Int32Array, at: number) => note('wait', at),
  })
  code(cells)
  vi.unstubAllGlobals()
  return { operations, cells: [...cells] }
}

function runModel(program: readonly Step[], initial: readonly number[], others: Interference): Run {
  const cells = Int32Array.from([...initial, 0])
  const operations: string[] = []
  for (let at = 0; at < program.length;) {
    const step = program[at]
    if (!step.place) {
      cells[0] += others[operations.length] ?? 1
      operations.push(step.text)
      step.act?.(cells)
    }
    const target = step.jump?.(cells)
    at = target ? program.indexOf(target) : at + 1
  }
  return { operations, cells: [...cells.subarray(0, initial.length)] }
}

const anyStart = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(2 ** 31 - 1, 2 ** 31 - 2))
const anyInterference = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 12 })

describe('the model of the counter', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('publishes in the same operations as the code, whatever others do in between', () => {
    fc.assert(
      fc.property(anyStart, fc.integer({ min: 0, max: 2 }), anyInterference, (start, sleepers, others) => {
        const initial = [start, sleepers]
        expect(runModel(sleeping(0).publish(0), initial, others)).toEqual(
          runCode((cells) => publish(cells, 0), initial, others),
        )
      }),
    )
  })

  it('awaits in the same operations as the code, whatever others do in between', () => {
    fc.assert(
      fc.property(
        anyStart,
        fc.integer({ min: -2, max: 5 }),
        fc.integer({ min: 0, max: 3 }),
        anyInterference,
        (start, distance, spins, others) => {
          const target = (start + distance) | 0
          expect(runModel(sleeping(spins).awaitCounter(0, target, 2), [start, 0], others)).toEqual(
            runCode((cells) => awaitCounter(cells, 0, target, spins), [start, 0], others),
          )
        },
      ),
    )
  })
})

const right = sleeping(1)

describe('a counter, in every order of steps', () => {
  it.each([
    { awaiters: 1, publishes: 3, least: 160 },
    { awaiters: 2, publishes: 3, least: 3_000 },
    { awaiters: 3, publishes: 2, least: 16_000 },
  ])(
    'wakes each of $awaiters awaiters for each of $publishes publishes, and never too early',
    ({ awaiters, publishes, least }) => {
      const { states, fault } = explore(counterModel({ awaiters, publishes, primitive: right }))
      expect(fault).toBeUndefined()
      expect(states).toBeGreaterThan(least)
    },
  )

  it('is never early when sleepers wake for no reason', () => {
    const model = counterModel({ awaiters: 2, publishes: 3, primitive: right, spuriousWakeUps: true })
    const { states, fault } = explore(model)
    expect(fault).toBeUndefined()
    expect(states).toBeGreaterThan(3_000)
  })

  it('wraps around', () => {
    const model = counterModel({ awaiters: 2, publishes: 3, primitive: right, start: 2 ** 31 - 2 })
    const { states, fault } = explore(model)
    expect(fault).toBeUndefined()
    expect(states).toBeGreaterThan(3_000)
  })
})

const faultOf = (primitive: Primitive) => explore(counterModel({ awaiters: 1, publishes: 2, primitive })).fault

describe('a broken counter', () => {
  it('that looks for sleepers before it raises leaves one asleep', () => {
    expect(faultOf(lookingFirst)).toMatchObject({
      kind: 'deadlock',
      message: 'publisher: is done | awaiter 0: sleeps',
    })
  })

  it('whose waiter does not look again before it sleeps leaves it asleep', () => {
    expect(faultOf(sleepingBlindly)).toMatchObject({ kind: 'deadlock' })
  })

  it('whose waiter does not say that it sleeps leaves it asleep', () => {
    expect(faultOf(silent)).toMatchObject({ kind: 'deadlock' })
  })

  it('whose waiter does not look after it has slept goes on too early, woken by the publish before', () => {
    expect(faultOf(trusting)).toMatchObject({ kind: 'violation', message: 'goes on at 1, before 2' })
  })
})
