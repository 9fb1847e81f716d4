/** A shared cell that counts how many threads have come to meet, and how many are to come. */
export interface Meeting {
  readonly cell: Int32Array
  readonly threads: number
}

/** A task that does nothing, for Piscina: what is left is the price of the task. Or one that waits for all threads. */
export default function echo(task: number | Meeting): number {
  if (typeof task === 'number') return task
  const { cell, threads } = task
  const come = Atomics.add(cell, 0, 1) + 1
  Atomics.notify(cell, 0)
  for (let here = come; here < threads; here = Atomics.load(cell, 0)) Atomics.wait(cell, 0, here)
  return come
}
