import { passBarriers } from '../../../src/measure/handoff/barrier-rank.ts'
import { oneWay } from '../../../src/measure/handoff/one-way-rank.ts'
import type { Task } from '../../../src/measure/handoff/worker.ts'

/** Ranks that play by the rules but for one thing, so that every handoff is wrong. */
export default (task: Task) => {
  switch (task.kind) {
    case 'one-way':
      // The producer writes where nobody reads.
      return oneWay(task.rank === 0 ? { ...task, payload: new Float32Array(task.payload.length) } : task)
    case 'barrier':
      // One rank publishes its arrival and waits for no other.
      return passBarriers(
        task.rank === 0 ? task : { ...task, rounds: task.rounds.filter(({ kind }) => kind === 'publish') },
      )
    default:
      throw new Error(`no lie about ${task.kind}`)
  }
}
