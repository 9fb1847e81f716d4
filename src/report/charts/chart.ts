import type { RunData } from './run-data.ts'

/**
 * A picture of a run as SVG text: a pure function of its files.
 *
 * @throws MissingData if the run does not have what it shows
 */
export type Chart = (data: RunData) => string

/** A chart is not made, since the run has not measured what it shows; the message says what is missing. */
export class MissingData extends Error {
  override readonly name = 'MissingData'
}

export const missing = (reason: string): MissingData => new MissingData(reason)
