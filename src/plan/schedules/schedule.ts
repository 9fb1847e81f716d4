/** F: forward. I: gradient of the input. W: gradient of the weights. B: I and W of each layer in turn. */
export type Pass = 'F' | 'I' | 'W' | 'B'
export interface Action {
  readonly pass: Pass
  readonly stage: number
  readonly microbatch: number
}
export type Table = readonly (readonly Action[])[]
export type Schedule = (ranks: number, microbatches: number, chunks: number) => Table

const peak = (actions: readonly Action[], stage: number, up: Pass[], down: Pass[]) => {
  let n = 0
  let most = 0
  for (const { pass, stage: s } of actions) {
    if (s !== stage) continue
    if (up.includes(pass)) n++
    most = Math.max(most, n)
    if (down.includes(pass)) n--
  }
  return most
}
export const peakInFlight = (actions: readonly Action[], stage: number) =>
  peak(actions, stage, ['F'], ['W', 'B'])
export const peakPending = (actions: readonly Action[], stage: number) =>
  peak(actions, stage, ['I', 'B'], ['W', 'B'])
export const stagesOf = (table: Table) => 1 + Math.max(...table.flat().map((a) => a.stage))
export const rankOf = (table: Table, stage: number) =>
  table.findIndex((row) => row.some((a) => a.stage === stage))
