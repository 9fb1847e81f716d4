/** A rank's progress is alone on its cache lines. */
export const PROGRESS_CELLS = 32

/** What the watch looks at: every rank raises the first of its cells with every try. */
export const createProgress = (ranks: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(ranks * PROGRESS_CELLS * Int32Array.BYTES_PER_ELEMENT))
