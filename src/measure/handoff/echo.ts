import { parentPort, workerData } from 'node:worker_threads'

/** A thread that only gives back a number: the data of a `Worker`, as its first message, … */
const port = parentPort!
if (typeof workerData === 'number') port.postMessage(workerData)

/** … or a task of Piscina's. */
export default (task: number): number => task
