import type { Bucket } from '../../measure/ledger.ts'

/** How charts look: dark on white whatever the page behind them, in colours that colour-blind readers can tell apart. */

export const INK = '#1f2430'
export const MUTED = '#5b6472'
export const GRID = '#d9dde3'
/** Behind what lies beyond the cores. */
export const SHADE = '#f0f2f5'
export const PAPER = '#ffffff'

export const WIDTH = 820
export const FONT = 'Helvetica, Arial, sans-serif'
export const FONT_SIZE = 12

/** An average letter of a sans-serif font is narrower than this; viewers differ in their fonts. */
const EM_PER_LETTER = 0.58

/** How wide a text is at most, about, in pixels. */
export const textWidth = (text: string, fontSize = FONT_SIZE): number =>
  text.length * fontSize * EM_PER_LETTER

/** The palette of Okabe and Ito without its yellow, which does not show on white, in the order in which it is used. */
const COLOURS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#4d4d4d']
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star', 'wye'] as const

export interface Style {
  readonly colour: string
  /** Of Plot's, one that can be filled. */
  readonly symbol: (typeof SYMBOLS)[number]
}

/** The look of the i-th line: after seven, colours come back with other markers. */
export const styleOf = (i: number): Style => ({
  colour: COLOURS[i % COLOURS.length],
  symbol: SYMBOLS[(i + Math.floor(i / COLOURS.length)) % SYMBOLS.length],
})

/** Work in strong colours, waiting in light greys, what is neither in black. */
export const BUCKET_COLOURS: Readonly<Record<Bucket, string>> = {
  forward: '#0072B2',
  loss: '#8c510a',
  'backward-input': '#56B4E9',
  'backward-weight': '#009E73',
  handoff: '#CC79A7',
  reduce: '#D55E00',
  update: '#F0E442',
  'wait-receive': '#d3d8df',
  'wait-credit': '#bcc4ce',
  'wait-barrier': '#e8ebef',
  other: INK,
}

/** What can be read on each: white on dark colours, and the other way round. */
const DARK: ReadonlySet<Bucket> = new Set(['forward', 'loss', 'backward-weight', 'reduce', 'other'])

export const inkOn = (bucket: Bucket): string => (DARK.has(bucket) ? PAPER : INK)
