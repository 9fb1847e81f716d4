import { existsSync } from 'node:fs'
import { readBytes } from './bytes.ts'
import { parseCsvDataSet } from './csv.ts'
import { DataError, type DataSet } from './dataset.ts'
import { looksLikeIdx, parseIdxDataSet } from './idx.ts'
import { syntheticDataSet } from './synthetic.ts'

export interface LoadOptions {
  /** Seed and size of the synthetic set; a file has its own size. */
  readonly seed: number
  readonly rows?: number | undefined
  readonly columns?: number | undefined
  readonly classes?: number | undefined
  /** The header name of a CSV file's label column. */
  readonly label?: string | undefined
}

/** The default size of the synthetic set: like the small handwritten digits, of 8 × 8 pixels. */
const SYNTHETIC = { rows: 2000, columns: 64, classes: 10 }

/**
 * Loads `synthetic` data or a file. The content of a file decides its format: gzip or not, then IDX images or CSV.
 * Features are not scaled: see `scaleFeatures`.
 *
 * @param spec `synthetic`, or the path of a file
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
    throw new DataError(`${source}: there is no column "${label}"; only a CSV file has its label's column named`)
}
