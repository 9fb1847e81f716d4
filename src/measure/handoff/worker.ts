import { passBarriers, type BarrierTask } from './barrier-rank.ts'
import { exchangeMessages, type MessagesTask } from './messages-rank.ts'
import type { Part } from './measurement.ts'
import { oneWay, type OneWayTask } from './one-way-rank.ts'
import { roundTrips, type RoundTripTask } from './round-trip-rank.ts'

export type Task = RoundTripTask | MessagesTask | OneWayTask | BarrierTask

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
