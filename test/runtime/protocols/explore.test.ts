import { describe, expect, it } from 'vitest'
import { explore, type Cells, type Model, type Step } from './explore.ts'

const add = (cell: number): Step => ({ text: `add ${cell}`, act: (cells) => cells[cell]++ })

const lock = (cell: number): Step => ({
  text: `lock ${cell}`,
  when: (cells) => cells[cell] === 0,
  act: (cells) => (cells[cell] = 1),
})

const unlock = (cell: number): Step => ({ text: `unlock ${cell}`, act: (cells) => (cells[cell] = 0) })

/** Peterson's lock (1981), as often as it likes; `polite` leaves the turn to the other, and not to itself. */
function peterson(polite: boolean): Model {
  const [turn, inside] = [2, 3]
  return {
    cells: 4,
    processes: [0, 1].map((self) => {
      const first: Step = { text: 'wants', act: (cells) => (cells[self] = 1) }
      return {
        name: `process ${self}`,
        program: [
          first,
          { text: 'gives the turn', act: (cells) => (cells[turn] = polite ? 1 - self : self) },
          {
            text: 'enters',
            when: (cells) => cells[1 - self] === 0 || cells[turn] === self,
            wrong: (cells) => (cells[inside] > 0 ? 'both are inside' : undefined),
            act: (cells) => cells[inside]++,
          },
          {
            text: 'leaves',
            act(cells) {
              cells[inside]--
              cells[self] = 0
            },
            jump: () => first,
          },
        ],
      }
    }),
  }
}

const faultOf = (...programs: Step[][]) =>
  explore({ cells: 2, processes: programs.map((program, i) => ({ name: `process ${i}`, program })) }).fault

const wrongAtEnd = (cells: Cells) => (cells[0] === 2 ? undefined : `the sum is ${cells[0]}`)

describe('the explorer', () => {
  it('meets (steps + 1) ^ processes states of processes that have nothing to do with each other', () => {
    const processes = [0, 1, 2].map((cell) => ({
      name: `process ${cell}`,
      program: Array.from({ length: 4 }, () => add(cell)),
    }))
    expect(explore({ cells: 3, processes })).toEqual({ states: 125 })
  })

  it('finds an update that is lost between a load and a store, by a shortest way', () => {
    const processes = [1, 2].map((own) => ({
      name: `process ${own}`,
      program: [
        { text: 'load', act: (cells: Cells) => (cells[own] = cells[0]) },
        { text: 'store', act: (cells: Cells) => (cells[0] = cells[own] + 1) },
      ],
    }))
    const { fault } = explore({ cells: 3, processes, wrongAtEnd })
    expect(fault).toMatchObject({ kind: 'violation', message: 'the sum is 1' })
    expect(fault?.trace).toHaveLength(4)
  })

  it('finds the deadlock of two locks that are taken in opposite orders', () => {
    const processes = [
      { name: 'one', program: [lock(0), lock(1), unlock(1), unlock(0)] },
      { name: 'two', program: [lock(1), lock(0), unlock(0), unlock(1)] },
    ]
    expect(explore({ cells: 2, processes }).fault).toEqual({
      kind: 'deadlock',
      message: 'one: lock 1 | two: lock 0',
      trace: ['one: lock 0', 'two: lock 1'],
    })
  })

  it('finds a race between accesses that nothing keeps apart, and none between two reads', () => {
    const publish: Step = { text: 'publish', act: (cells) => (cells[1] = 1) }
    const awaits: Step = { text: 'await', when: (cells) => cells[1] === 1 }
    const write: Step = { text: 'write', writes: [0] }
    const read: Step = { text: 'read', reads: [0] }
    expect(faultOf([write, publish], [awaits, read], [awaits, read])).toBeUndefined()
    expect(faultOf([publish, write], [awaits, read])).toMatchObject({ kind: 'race' })
    expect(faultOf([write, publish], [awaits, write], [awaits, read])).toMatchObject({ kind: 'race' })
  })

  it('lets a sleeper sleep until it is woken, unless sleepers wake for no reason', () => {
    const sleeper = {
      name: 'sleeper',
      program: [{ text: 'wait', sleep: { cell: 0, seen: () => 0 } }],
    }
    const waker = { name: 'waker', program: [{ text: 'notify', wake: 0 }] }
    expect(explore({ cells: 1, processes: [sleeper, waker] }).fault).toMatchObject({
      kind: 'deadlock',
      trace: ['waker: notify', 'sleeper: wait'],
    })
    expect(explore({ cells: 1, processes: [sleeper, waker], spuriousWakeUps: true }).fault).toBeUndefined()
    expect(explore({ cells: 1, initial: new Map([[0, 1]]), processes: [sleeper, waker] }).fault).toBeUndefined()
  })

  it('ends on programs that run for ever: Peterson’s lock is right, and wrong with the turn the other way', () => {
    const { states, fault } = explore(peterson(true))
    expect(fault).toBeUndefined()
    expect(states).toBe(20)
    expect(explore(peterson(false)).fault).toMatchObject({ message: 'both are inside' })
  })
})
