import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { wrapped } from '../text/wrap.ts'
import { INK } from './theme.ts'

/** With its margins of 16 a chart is 560 pixels wide: on a phone, at 360, text of 13 pixels still has 8. */
export const WIDTH = 528
export const FONT = 'Helvetica, Arial, sans-serif'
export const FONT_SIZE = 13
export const LINE_HEIGHT = 17

/** An average letter of a sans-serif font is narrower than this; viewers differ in their fonts. */
const EM_PER_LETTER = 0.58

/** An upper estimate of the width of a text, in pixels. */
export const textWidth = (text: string, fontSize = FONT_SIZE): number => text.length * fontSize * EM_PER_LETTER

/** Breaks text into lines of at most `width` pixels. */
export const wrapToWidth = (text: string, width: number, fontSize = FONT_SIZE): string[] =>
  wrapped(text, Math.floor(width / textWidth(' ', fontSize)))

/** A part of a chart: SVG text with its height in pixels. */
export interface Panel {
  readonly svg: string
  readonly height: number
}

const { document } = parseHTML('<html></html>')

/** Plots without a browser. The same options give the same text on every version of Node. */
export function panel(options: Plot.PlotOptions & { height: number }): Panel {
  const style = { fontFamily: FONT, fontSize: `${FONT_SIZE}px`, color: INK, overflow: 'visible' }
  const plotted = Plot.plot({ width: WIDTH, ...options, document, style })
  return { svg: tidy(plotted.outerHTML), height: options.height }
}

/**
 * Removes Plot's style sheet, which is for web pages, and rounds coordinates to a hundredth of a pixel: further digits of
 * logarithms differ between versions of V8, and double the size of the file.
 */
const tidy = (svg: string): string =>
  svg
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, (tag) =>
      tag.replace(/-?\d+\.\d{3,}(e-\d+)?/g, (number) => String(Math.round(Number(number) * 100) / 100 + 0)),
    )

/** The axis below a plot; without a label, only the ticks. */
export const bottomAxis = (
  ticks: readonly number[],
  label: string | null,
  format: (tick: number) => string = String,
): Plot.Markish =>
  Plot.axisX([...ticks], { text: ticks.map(format), tickSize: 4, label, labelAnchor: 'center', labelArrow: 'none' })

/** Text at the left edge of a panel, `height` pixels above the plot. */
export const heading = (text: string, left: number, height: number, fontWeight = 'bold'): Plot.Markish =>
  Plot.text([text], { frameAnchor: 'top-left', textAnchor: 'start', dx: -left, dy: -height, fontWeight, fill: INK })

/** Names beside bars are broken into lines of this width at most. */
const NAME_WIDTH = 200
const BARS = { marginTop: 26, gap: 6, padding: 0.2 }

const nameLines = (name: string): string[] => wrapToWidth(name, NAME_WIDTH)

export interface Bars {
  readonly title: string
  /** From top to bottom; the cell is the band scale's key. */
  readonly bars: readonly (readonly [cell: string, name: string])[]
  readonly marginBottom: number
  /** The end of the x axis, which begins at 0. */
  readonly most: number
  /** Drawn over the names and the title. */
  readonly marks: readonly Plot.Markish[]
}

/** Panels of horizontal bars with a name each; the names have the same room in all. */
export function barPanels(marginRight: number, all: readonly Bars[]): Panel[] {
  const names = all.flatMap(({ bars }) => bars.map(([, name]) => nameLines(name)))
  const marginLeft = Math.ceil(Math.max(...names.flat().map((line) => textWidth(line)))) + 10
  const bandHeight = Math.max(...names.map((lines) => lines.length)) * LINE_HEIGHT + BARS.gap
  return all.map(({ title, bars, marginBottom, most, marks }) =>
    panel({
      height: BARS.marginTop + bandHeight * bars.length + marginBottom,
      marginLeft,
      marginRight,
      marginTop: BARS.marginTop,
      marginBottom,
      x: { type: 'linear', domain: [0, most] },
      y: { type: 'band', domain: bars.map(([cell]) => cell), padding: BARS.padding },
      marks: [
        Plot.axisY({ tickSize: 0, label: null, tickFormat: (_, i) => nameLines(bars[i][1]).join('\n') }),
        heading(title, marginLeft, 18),
        ...marks,
      ],
    }),
  )
}
