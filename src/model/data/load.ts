import { existsSync } from 'node:fs'
import { readCsvDataSet } from './csv.ts'
import { DataError, readBytes, type DataSet } from './dataset.ts'
import { looksLikeIdx, readIdxDataSet } from './idx.ts'
import { syntheticDataSet } from './synthetic.ts'

export interface LoadOptions {
  /** Seed and size of the synthetic set; a file has its own size. Default: like small handwritten digits, of 8 × 8 pixels. */
  readonly seed: number
  readonly rows?: number | undefined
  readonly columns?: number | undefined
  readonly classes?: number | undefined
  /** The header name of a CSV file's label column. */
  readonly label?: string | undefined
}

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
    const { rows = 2000, columns = 64, classes = 10 } = options
    return syntheticDataSet({ rows, columns, classes, seed })
  }
  if (!existsSync(spec))
    throw new DataError(`no file is called ${spec}; expected "synthetic" or the path of a CSV or IDX file`)
  const bytes = readBytes(spec)
  if (!looksLikeIdx(bytes)) return readCsvDataSet(spec, { label }, bytes)
  refuseLabel(label, `${spec} (IDX)`)
  return readIdxDataSet(spec, undefined, bytes)
}

function refuseLabel(label: string | undefined, source: string): void {
  if (label !== undefined)
    throw new DataError(`${source}: there is no column "${label}"; only a CSV file has its label's column named`)
}
