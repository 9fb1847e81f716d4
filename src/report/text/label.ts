import { EXECUTION, isAgain } from '../../cells/cell.ts'
import type { Fields } from '../../cells/dimension.ts'
import { shortened, widthOf } from './wrap.ts'

const WIDEST = 16

/**
 * A short name of a split, of at most 16 characters, from the fields of its row: "data, replicas", "pipeline, zb",
 * "2x1x2 owner", "replicas, tasks".
 */
export function splitLabel(fields: Fields): string {
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
export const spokenLabel = (fields: Fields): string =>
  ({ 'data, replicas': 'replicas', 'data, shared': 'shared weights' })[splitLabel(fields)] ??
  splitLabel(fields).replaceAll(',', '')

/** Distinguishes a cell from others of its mode. */
export const detailOf = (fields: Fields, name: string): string =>
  words(
    fields.mode === 'hybrid' ? gridOf(fields) : '',
    isAgain(name) ? 'again' : '',
    fields.schedule,
    fields.reduction,
    unusual(fields.handoff, 'shared'),
    unusual(fields.dispatch, EXECUTION.dispatch),
    unusual(fields.wait, EXECUTION.wait),
  ).join(' ')

const manner = ({ handoff, dispatch, wait }: Fields): string[] =>
  words(
    unusual(handoff, 'shared'),
    dispatch === 'task' ? 'tasks' : '',
    wait === 'wait' ? 'sleep' : unusual(wait, EXECUTION.wait),
  )

const gridOf = ({ dp, pp, tp }: Fields): string => `${dp}x${pp}x${tp}`

const unusual = (value: Fields[string], usual: string): Fields[string] => (value === usual ? '' : value)

const words = (...parts: readonly Fields[string][]): string[] =>
  parts.filter((part) => part !== undefined && part !== '').map(String)
