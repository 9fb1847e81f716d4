import { EXECUTION } from './cell.ts'

/** Values by their CSV column names: a row of a file, or of a cell that is alive. */
type Fields = Readonly<Record<string, unknown>>

/**
 * The name of a split in titles, legends and tables: "data, shared weights", "pipeline, 1f1b". It leaves out the number
 * of threads, so cells of one scaling curve share it.
 *
 * @param fields the columns mode, schedule, reduction, handoff, dispatch, wait, dp, pp and tp
 */
export const labelOf = (fields: Fields): string => [modeLabelOf(fields), variantOf(fields)].filter(Boolean).join(', ')

/** A label without its mode, for charts and panels of one mode; empty if the mode says it all. */
export const variantOf = (fields: Fields): string => {
  const { mode, schedule, reduction } = fields
  const isHybrid = mode === 'hybrid'
  return [
    mode === 'pipeline' || (isHybrid && Number(fields.pp) > 1) ? schedule : '',
    mode === 'data' || (isHybrid && Number(fields.dp) > 1) ? reductionLabel(String(reduction)) : '',
    ...Object.entries(USUAL).map(([column, usual]) => (fields[column] === usual ? '' : fields[column])),
  ]
    .filter(Boolean)
    .join(', ')
}

/** What goes without saying. */
const USUAL = { handoff: 'shared', ...EXECUTION }

export const modeLabelOf = ({ mode, dp, pp, tp }: Fields): string => {
  if (mode === 'layer') return 'layers'
  return mode === 'hybrid' ? `hybrid ${[dp, pp, tp].join('x')}` : String(mode)
}

/** `owner` shares the weights; the others keep the textbook's replicas, and `direct` is the default among them. */
const reductionLabel = (reduction: string): string => {
  if (reduction === 'owner') return 'shared weights'
  return reduction === 'direct' ? 'replicas' : `replicas (${reduction})`
}
