import type { MessagePort } from 'node:worker_threads'
import { awaitOther, COUNTER_CELLS, publishOwn } from '../../runtime/counter.ts'
import { end, isOver, note, type Played } from './counters.ts'
import { createTries, type Part } from './tries.ts'

/** Two ranks answer each other through counters; rank 0 takes the times. */
export interface RoundTripJob {
  readonly kind: 'round-trip'
  /** Each rank's own. */
  readonly counters: Int32Array
  readonly spins: number
  /** Round trips of one try. */
  readonly trips: number
}

export const roundTrips = (job: RoundTripJob & Played): Part => (job.rank === 0 ? ask(job) : answer(job))

function ask(job: RoundTripJob & Played): Part {
  const { counters, progress, trips, pace } = job
  const tries = createTries(pace)
  let asked = 0
  for (let attempt = 1; tries.goOn(); attempt++) {
    const start = performance.now()
    for (let trip = 0; trip < trips; trip++) {
      publishOwn(job)
      awaitOther(job, ++asked)
    }
    const ns = ((performance.now() - start) * 1e6) / trips
    // There is no payload but the counters themselves: each publish has been answered once.
    tries.record(ns, counters[0] === asked && counters[COUNTER_CELLS] === asked)
    note(progress, 0, attempt)
  }
  end(counters)
  publishOwn(job)
  return tries.part
}

function answer(job: RoundTripJob & Played): Part {
  for (let asked = 1; ; asked++) {
    awaitOther(job, asked)
    if (isOver(job.counters)) return { samples: [], wrong: 0 }
    publishOwn(job)
    note(job.progress, job.rank, asked)
  }
}

/** Two ranks answer each other's messages as events; rank 0 takes the times. */
export interface MessagesJob {
  readonly kind: 'messages'
  readonly port: MessagePort
}

/** No try has this number. */
const OVER = 0

export const exchangeMessages = (job: MessagesJob & Played): Promise<Part> =>
  job.rank === 0 ? askByMessage(job) : answerMessages(job)

const askByMessage = ({ port, progress, pace }: MessagesJob & Played): Promise<Part> =>
  new Promise((resolve) => {
    const tries = createTries(pace)
    let attempt = 0
    let start = 0
    const next = () => {
      if (tries.goOn()) {
        attempt++
        start = performance.now()
        port.postMessage(attempt)
      } else {
        port.postMessage(OVER)
        resolve(tries.part)
      }
    }
    port.on('message', (answered: number) => {
      tries.record((performance.now() - start) * 1e6, answered === attempt)
      note(progress, 0, attempt)
      next()
    })
    next()
  })

const answerMessages = ({ port, progress, rank }: MessagesJob & Played): Promise<Part> =>
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
