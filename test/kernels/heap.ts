const CALLS = 500
/** Asking for the heap's size allocates a little itself; one boxed number of 16 bytes a call would exceed this. */
export const ALLOWED_BYTES = 8 * CALLS

/** A late compilation or a collection moves the heap in single rounds, an allocation in all of them. */
const ROUNDS = 5
/** V8 compiles with its optimizing compiler in the background, and late on a busy machine; until then, code boxes floats. */
const MOST_ROUNDS = 200

/**
 * Runs calls until they allocate nothing in several rounds in a row, or in vain.
 *
 * @returns bytes by which the heap changed in the worst of the last rounds
 */
export function heapChange(run: (calls: number) => void): number {
  let last: number[] = []
  const worst = () => Math.max(...last)
  for (let round = 0; round < MOST_ROUNDS && (last.length < ROUNDS || worst() >= ALLOWED_BYTES); round++) {
    const before = process.memoryUsage().heapUsed
    run(CALLS)
    last = [...last, Math.abs(process.memoryUsage().heapUsed - before)].slice(-ROUNDS)
  }
  return worst()
}
