import { EXECUTION, isAgain, isPipelined, isReplicated, scheduleOf, type Cell } from '../../cells/cell.ts'
import type { Row } from '../folder/csv.ts'
import { shortened, widthOf } from './wrap.ts'

/** The fields that distinguish splits, named as the CSV columns. A field that does not apply is undefined, or '' in a file. */
export const splitFields = ({ mode, setting, dp, pp, tp, dispatch, wait }: Cell): Row => ({
  mode,
  schedule: isPipelined(mode, setting) ? scheduleOf(setting) : undefined,
  reduction: isReplicated(mode, setting) ? setting.reduction : undefined,
  dispatch,
  handoff: setting.handoff,
  wait,
  dp,
  pp,
  tp,
  microbatches: setting.microbatches,
})

const WIDEST = 16

/**
 * A short name of a split, of at most 16 characters, from the fields of its row: "data, replicas", "pipeline, zb",
 * "2x1x2 owner", "replicas, tasks".
 */
export function splitLabel(fields: Row): string {
  const { mode, reduction } = fields
  const schedule = fields.schedule === 'zero-bubble' ? 'zb' : fields.schedule
  if (mode === 'hybrid')
    return shortened(words(gridOf(fields), reduction, schedule, ...manner(fields)).join(' '), WIDEST)
  const parts = words(
    mode === 'layer' ? 'layers' : mode,
    reduction === 'direct' ? 'replicas' : reduction === 'owner' ? 'shared' : reduction,
    schedule,
    ...manner(fields),
  )
  const whole = parts.join(', ')
  // The mode is known from its schedule or reduction.
  return widthOf(whole) <= WIDEST || parts.length < 2 ? whole : shortened(parts.slice(1).join(', '), WIDEST)
}

/** The same within a sentence. */
export const spokenLabel = (fields: Row): string =>
  ({ 'data, replicas': 'replicas', 'data, shared': 'shared weights' })[splitLabel(fields)] ??
  splitLabel(fields).replaceAll(',', '')

/** Distinguishes a cell from others of its mode. */
export const detailOf = (fields: Row, name: string): string =>
  words(
    fields.mode === 'hybrid' ? gridOf(fields) : '',
    isAgain(name) ? 'again' : '',
    fields.schedule,
    fields.reduction,
    unusual(fields.handoff, 'shared'),
    unusual(fields.dispatch, EXECUTION.dispatch),
    unusual(fields.wait, EXECUTION.wait),
  ).join(' ')

const manner = ({ handoff, dispatch, wait }: Row): string[] =>
  words(
    unusual(handoff, 'shared'),
    dispatch === 'task' ? 'tasks' : '',
    wait === 'wait' ? 'sleep' : unusual(wait, EXECUTION.wait),
  )

const gridOf = ({ dp, pp, tp }: Row): string => `${dp}x${pp}x${tp}`

const unusual = (value: Row[string], usual: string): Row[string] => (value === usual ? '' : value)

const words = (...parts: readonly Row[string][]): string[] =>
  parts.filter((part) => part !== undefined && part !== '').map(String)
