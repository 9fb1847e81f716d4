import { passBarriers } from '../../../src/measure/handoff/barrier-rank.ts'
import { handOver } from '../../../src/measure/handoff/one-way-rank.ts'
import type { Task } from '../../../src/measure/handoff/worker.ts'

/** Ranks that do everything but what they are there for, so that what is handed over is wrong. */
export default (task: Task) => {
  switch (task.kind) {
    case 'one-way':
      // The producer writes where nobody reads.
      return handOver(task.rank === 0 ? { ...task, payload: new Float32Array(task.payload.length) } : task)
    case 'barrier':
      // One rank tells that it has come, and waits for nobody.
      return passBarriers(
        task.rank === 0 ? task : { ...task, rounds: task.rounds.filter(({ kind }) => kind === 'publish') },
      )
    default:
      throw new Error(`no lie about ${task.kind}`)
  }
}
