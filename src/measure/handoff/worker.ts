import { passBarriers, type BarrierJob } from './barrier-rank.ts'
import type { Played } from './counters.ts'
import { oneWay, type OneWayJob } from './one-way-rank.ts'
import { exchangeMessages, roundTrips, type MessagesJob, type RoundTripJob } from './round-trip-rank.ts'
import type { Part } from './tries.ts'

export type Job = RoundTripJob | MessagesJob | OneWayJob | BarrierJob
export type Task = Job & Played

/** What a thread does in a measurement. */
export default (task: Task): Part | Promise<Part> => {
  switch (task.kind) {
    case 'round-trip':
      return roundTrips(task)
    case 'messages':
      return exchangeMessages(task)
    case 'one-way':
      return oneWay(task)
    case 'barrier':
      return passBarriers(task)
  }
}
