import type { MessagePort } from 'node:worker_threads'
import { note } from './counters.ts'
import type { Part } from './measurement.ts'
import { createTries, type Pace } from './tries.ts'

/** Two ranks answer each other's messages as events; rank 0 takes the times. */
export interface MessagesTask {
  readonly kind: 'messages'
  readonly rank: number
  readonly progress: Int32Array
  readonly port: MessagePort
  readonly pace: Pace
}

/** No try has this number. */
const OVER = 0

export const exchangeMessages = (task: MessagesTask): Promise<Part> => (task.rank === 0 ? ask(task) : answer(task))

const ask = ({ port, progress, pace }: MessagesTask): Promise<Part> =>
  new Promise((resolve) => {
    const tries = createTries(pace)
    let attempt = 0
    let wrong = 0
    let start = 0
    const next = () => {
      if (tries.goOn()) {
        attempt++
        start = performance.now()
        port.postMessage(attempt)
      } else {
        port.postMessage(OVER)
        resolve({ samples: tries.samples, wrong })
      }
    }
    port.on('message', (answered: number) => {
      tries.record((performance.now() - start) * 1e6)
      if (answered !== attempt) wrong++
      note(progress, 0, attempt)
      next()
    })
    next()
  })

const answer = ({ port, progress, rank }: MessagesTask): Promise<Part> =>
  new Promise((resolve) => {
    port.on('message', (asked: number) => {
      if (asked === OVER) {
        // This closes the other end, too.
        port.close()
        resolve({ samples: [], wrong: 0 })
      } else {
        port.postMessage(asked)
        note(progress, rank, asked)
      }
    })
  })
