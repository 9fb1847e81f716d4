import type { Bucket } from '../../measure/ledger.ts'
import type { Mode } from '../../plan/modes.ts'

/** The look of charts, in colours that colour-blind readers can tell apart. Light is the default. */

export const INK = '#1f2430'
export const MUTED = '#5b6472'
export const GRID = '#d9dde3'
/** Behind thread counts beyond the cores. */
export const SHADE = '#f0f2f5'
export const PAPER = '#ffffff'
/** The stamp of a disturbed run. */
export const ALERT = '#b3261e'
/** Text on strong colours, which are the same in the dark. */
const ON_DARK = '#fdfdfd'
const ON_LIGHT = '#1a1a1a'

/** The palette of Okabe and Ito, a colour per mode in every chart of every run. */
const MODE_COLOURS: Readonly<Record<Mode, string>> = {
  serial: MUTED,
  data: '#0072B2',
  layer: '#E69F00',
  pipeline: '#D55E00',
  tensor: '#009E73',
  hybrid: '#CC79A7',
}

export const colourOf = (mode: string): string => MODE_COLOURS[mode as Mode] ?? MUTED

/** The ledger books packing as backward-input, but a rank packs before its forward pass: a timeline tells them apart. */
export type Work = Bucket | 'pack'

/** Work in strong colours, waiting in three distinct greys, everything else in black. */
export const WORK_COLOURS: Readonly<Record<Work, string>> = {
  forward: '#0072B2',
  loss: '#8c510a',
  'backward-input': '#56B4E9',
  'backward-weight': '#009E73',
  pack: '#6b4c9a',
  handoff: '#CC79A7',
  reduce: '#D55E00',
  update: '#F0E442',
  'wait-receive': '#b3bac4',
  'wait-credit': '#858e9b',
  'wait-barrier': '#e4e7eb',
  other: INK,
}

/** The colours that a dark page needs; the strong ones stay. */
const IN_THE_DARK: Readonly<Record<string, string>> = {
  [INK]: '#e6e9ee',
  [MUTED]: '#9fa9b7',
  [GRID]: '#323946',
  [SHADE]: '#1f2530',
  [PAPER]: '#14181f',
  [ALERT]: '#ff8a80',
  [WORK_COLOURS['wait-receive']]: '#4d5665',
  [WORK_COLOURS['wait-credit']]: '#747f8f',
  [WORK_COLOURS['wait-barrier']]: '#2a313d',
}

const DARK_RULES = Object.entries(IN_THE_DARK).flatMap(([light, dark]) =>
  ['fill', 'stroke'].map((property) => `.chart [${property}="${light}"]{${property}:${dark}}`),
)

/**
 * Recolours a chart where the page is dark. It selects by colour, not by CSS variables, which librsvg does not know; and
 * within `.chart` only, since a page may hold the SVG itself.
 */
export const DARK_STYLE =
  `<style>@media (prefers-color-scheme: dark) ` +
  `{.chart svg{color:${IN_THE_DARK[INK]} !important}${DARK_RULES.join('')}}</style>`

const DARK: ReadonlySet<Work> = new Set(['forward', 'loss', 'backward-weight', 'pack', 'reduce'])

/** A legible text colour on each kind of work. Greys turn round in the dark, and so does the text on them. */
export const inkOn = (work: Work): string => {
  if (work === 'other') return PAPER
  if (work.startsWith('wait-')) return INK
  return DARK.has(work) ? ON_DARK : ON_LIGHT
}
