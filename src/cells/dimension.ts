import type { Arithmetic, KernelName } from '../kernels/kernel.ts'
import type { Cell } from './cell.ts'
import type { Column, Field } from './columns.ts'
import type { Option } from './values.ts'

/** What is the same for all rows of an experiment. */
export interface RunFacts {
  readonly runId: string
  readonly experiment: string
  readonly kernel: KernelName
  readonly arithmetic: Arithmetic
  readonly seed: number
  /** `synthetic`, or a file's name and the first digits of its SHA-256. */
  readonly dataset: string
  readonly pin: boolean
}

/** A cell before it has a name, which is made of its columns. */
export type Unnamed = Omit<Cell, 'name' | 'family'>

/** The fields of a row by column, of a live cell or of a file. */
export type Fields = Readonly<Record<string, Field>>

/** Something that can vary from cell to cell or from run to run. Whatever depends on it is derived from its one entry. */
export interface Dimension extends Option {
  /** Empty in the rows of cells that it does not apply to; there is none for what other columns hold already. */
  readonly columns?: readonly Column<Unnamed>[]
  /** What is the same for all cells of a run. */
  readonly runColumns?: readonly Column<RunFacts>[]
  /** Its part of a cell's name, from what the columns hold; empty where it goes without saying. */
  readonly label?: (fields: Fields, varied: boolean) => Field
}

export type DimensionTable = Readonly<Record<string, Dimension>>
