/** F: forward. I: gradient of the input. W: gradient of the weights. B: I and W of each layer in turn. */
export type Pass = 'F' | 'I' | 'W' | 'B'

export interface Action {
  readonly pass: Pass
  /** Counted over the whole pipeline from its first layers; a rank may hold several stages. */
  readonly stage: number
  readonly microbatch: number
}

/** One row per rank of the pipeline: its actions, in order. */
export type Table = readonly (readonly Action[])[]

/**
 * A pure function. With several chunks of layers per rank there are ranks · chunks stages, and stage q lies on rank
 * q mod ranks; schedules with one chunk per rank ignore the number. Each stage takes its microbatches in ascending order in
 * every pass.
 */
export type Schedule = (ranks: number, microbatches: number, chunks: number) => Table

/** The notation of PyTorch's pipelining: stage, pass, microbatch. */
export const notation = ({ stage, pass, microbatch }: Action): string => `${stage}${pass}${microbatch}`

/** How many stages the pipeline has. */
export function stagesOf(table: Table): number {
  let last = -1
  for (const row of table) for (const { stage } of row) last = Math.max(last, stage)
  return last + 1
}

/** The rank that a stage lies on; −1 if there is no such stage. */
export function rankOf(table: Table, stage: number): number {
  const holds = (row: readonly Action[]) => row.some((action) => action.stage === stage)
  // The place in all named schedules; it saves a search through a thousand ranks for each stage.
  const usual = stage % table.length
  return table.length > 0 && holds(table[usual]) ? usual : table.findIndex(holds)
}

/** The peak number of microbatches that a stage holds from F to the end of W or B: the slots of its activations. */
export const peakInFlight = (actions: readonly Action[], stage: number): number => peakHeld(actions, stage, ['F'])

/** The peak number of microbatches that a stage holds from I to the end of W, or during B: the slots of its deltas. */
export const peakPending = (actions: readonly Action[], stage: number): number => peakHeld(actions, stage, ['I', 'B'])

function peakHeld(actions: readonly Action[], stage: number, takes: readonly Pass[]): number {
  let held = 0
  let peak = 0
  for (const action of actions) {
    if (action.stage !== stage) continue
    if (takes.includes(action.pass)) held++
    peak = Math.max(peak, held)
    if (action.pass === 'W' || action.pass === 'B') held--
  }
  return peak
}

/**
 * The slots between a stage and the one before with which no F of that one ever waits for a free slot: by its turn, the
 * order of the two rows has already made the stage end the W or B that frees the slot. (With fewer, down to the peak in
 * flight, waiting for credit may slow the pipeline or, with several chunks per rank, deadlock it.)
 */
export function ampleSlots(table: Table, stage: number): number {
  const consumer = table[rankOf(table, stage)].filter((action) => action.stage === stage)
  /** Per microbatch, how many slots have been freed when its gradient is sent back. */
  const freed: number[] = []
  let free = 0
  for (const { pass } of consumer) {
    if (pass === 'W' || pass === 'B') free++
    if (pass === 'I' || pass === 'B') freed.push(free)
  }
  let [taken, returned, most] = [0, 0, 0]
  for (const action of table[rankOf(table, stage - 1)]) {
    if (action.stage !== stage - 1) continue
    if (action.pass === 'F') most = Math.max(most, ++taken - (returned > 0 ? freed[returned - 1] : 0))
    else if (action.pass !== 'W') returned++
  }
  return most
}
