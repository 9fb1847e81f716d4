/** Rows of numbers, each with the class that it belongs to. */
export interface DataSet {
  readonly name: string
  readonly rows: number
  /** Features of a row. */
  readonly columns: number
  /** At least 2. */
  readonly classes: number
  /** rows × columns, row-major, unpadded; all finite. */
  readonly features: Float32Array
  /** The class of each row, from 0 to `classes` − 1. */
  readonly labels: Uint32Array
  /** The name of each class. */
  readonly labelNames: readonly string[]
}
