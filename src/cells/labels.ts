import { isPipelined, isReplicated, type Mode } from '../plan/modes.ts'
import { EXECUTION, isAgain } from './cell.ts'
import type { Field } from './columns.ts'
import type { Fields } from './dimension.ts'

/**
 * Names of splits, from the fields of their rows: the columns mode, schedule, reduction, handoff, dispatch, wait, dp, pp
 * and tp. They leave out the number of threads, so the cells of one scaling curve share them.
 */

/** For titles and legends: "data, shared weights", "pipeline, 1f1b". */
export const labelOf = (fields: Fields): string => joined(', ', modeLabelOf(fields), variantOf(fields))

export const modeLabelOf = (fields: Fields): string =>
  fields.mode === 'hybrid' ? `hybrid ${gridOf(fields)}` : short(fields.mode)

/** A label without its mode, for charts and panels of one mode; empty if the mode says it all. */
export function variantOf(fields: Fields): string {
  const [mode, degrees] = [fields.mode as Mode, { dp: Number(fields.dp), pp: Number(fields.pp) }]
  return joined(
    ', ',
    isPipelined(mode, degrees) ? fields.schedule : '',
    isReplicated(mode, degrees) ? reductionLabel(String(fields.reduction)) : '',
    ...unusual(fields),
  )
}

/** `owner` shares the weights; the others keep the textbook's replicas, and `direct` is the default among them. */
const reductionLabel = (reduction: string): string =>
  ({ owner: 'shared weights', direct: 'replicas' })[reduction] ?? `replicas (${reduction})`

const WIDEST = 16
const SHORT: Readonly<Record<string, string>> = {
  layer: 'layers',
  'zero-bubble': 'zb',
  direct: 'replicas',
  owner: 'shared',
  task: 'tasks',
  wait: 'sleep',
}

/** For a terminal, at most 16 characters: "data, replicas", "pipeline, zb", "2x1x2 owner", "replicas, tasks". */
export function splitLabel(fields: Fields): string {
  const { mode, reduction, schedule } = fields
  const how = [schedule, ...unusual(fields)].map(short)
  if (mode === 'hybrid') return shortened(joined(' ', gridOf(fields), reduction, ...how))
  const variant = joined(', ', short(reduction), ...how)
  const whole = joined(', ', short(mode), variant)
  // The mode is known from its schedule or reduction.
  return whole.length <= WIDEST ? whole : shortened(variant)
}

/** The same within a sentence. */
export const spokenLabel = (fields: Fields): string =>
  ({ 'data, replicas': 'replicas', 'data, shared': 'shared weights' })[splitLabel(fields)] ??
  splitLabel(fields).replaceAll(',', '')

/** Distinguishes a cell from others of its mode. */
export const detailOf = (fields: Fields, name: string): string =>
  joined(
    ' ',
    fields.mode === 'hybrid' ? gridOf(fields) : '',
    isAgain(name) ? 'again' : '',
    fields.schedule,
    fields.reduction,
    ...unusual(fields),
  )

const short = (value: Field): string => SHORT[String(value)] ?? String(value ?? '')

/** Cuts the middle out. */
const shortened = (text: string): string =>
  text.length <= WIDEST ? text : `${text.slice(0, WIDEST / 2)}…${text.slice(1 - WIDEST / 2)}`

const gridOf = ({ dp, pp, tp }: Fields): string => `${dp}x${pp}x${tp}`

const USUAL = { handoff: 'shared', ...EXECUTION }

/** How a split is run, where that does not go without saying. */
const unusual = (fields: Fields): Field[] =>
  Object.entries(USUAL).map(([column, usual]) => (fields[column] === usual ? '' : fields[column]))

const joined = (separator: string, ...parts: readonly Field[]): string => parts.filter(Boolean).join(separator)
