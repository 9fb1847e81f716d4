import { parentPort, workerData } from 'node:worker_threads'

/** A thread that does nothing but tell that it is there. */
const port = parentPort!
port.postMessage(workerData)
