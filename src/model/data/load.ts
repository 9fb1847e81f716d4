import { existsSync } from 'node:fs'
import { readBytes } from './bytes.ts'
import { parseCsvDataSet } from './csv.ts'
import { DataError, type DataSet } from './dataset.ts'
import { looksLikeIdx, parseIdxDataSet } from './idx.ts'
import { syntheticDataSet } from './synthetic.ts'

export interface LoadOptions {
  /** Of the synthetic set, as are `rows`, `columns` and `classes`: a file brings its own. */
  readonly seed: number
  readonly rows?: number | undefined
  readonly columns?: number | undefined
  readonly classes?: number | undefined
  /** Of a CSV file: the header name of the label's column. */
  readonly label?: string | undefined
}

/** The synthetic set's shape where none is asked for: that of the small handwritten digits, 8 × 8 pixels. */
const SYNTHETIC = { rows: 2000, columns: 64, classes: 10 }

/**
 * `spec` is `synthetic` or the path of a file. The format of a file is decided by its content: gzip or not,
 * then IDX images or CSV. Features are as they stand in the file: see `scaleFeatures`.
 *
 * @throws DataError
 */
export function loadDataSet(spec: string, options: LoadOptions): DataSet {
  const { seed, label } = options
  if (spec === 'synthetic') {
    refuseLabel(label, 'the synthetic data')
    const { rows = SYNTHETIC.rows, columns = SYNTHETIC.columns, classes = SYNTHETIC.classes } = options
    return syntheticDataSet({ rows, columns, classes, seed })
  }
  if (!existsSync(spec))
    throw new DataError(`no file is called ${spec}; expected "synthetic" or the path of a CSV or IDX file`)
  const bytes = readBytes(spec)
  if (!looksLikeIdx(bytes)) return parseCsvDataSet(bytes, spec, { label })
  refuseLabel(label, `${spec} (IDX)`)
  return parseIdxDataSet(bytes, spec)
}

function refuseLabel(label: string | undefined, source: string): void {
  if (label !== undefined)
    throw new DataError(
      `${source}: there is no column "${label}"; only a CSV file has its label's column named`,
    )
}
