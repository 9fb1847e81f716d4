import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { FONT, FONT_SIZE, INK, LINE_HEIGHT, textWidth, WIDTH, wrapToWidth } from './theme.ts'

/** A part of a chart: SVG text with its size in pixels. */
export interface Panel {
  readonly svg: string
  readonly width: number
  readonly height: number
}

const { document } = parseHTML('<html></html>')

/** Plots without a browser. The same options give the same text on every version of Node. */
export function panel(options: Plot.PlotOptions & { width: number; height: number }): Panel {
  const style = { fontFamily: FONT, fontSize: `${FONT_SIZE}px`, color: INK, overflow: 'visible' }
  const plotted = Plot.plot({ ...options, document, style })
  return { svg: tidy(plotted.outerHTML), width: options.width, height: options.height }
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
  format: (tick: number) => string,
  label: string | null,
): Plot.Markish =>
  Plot.axisX([...ticks], {
    text: ticks.map(format),
    tickSize: 4,
    label,
    labelAnchor: 'center',
    labelArrow: 'none',
  })

/** Text at the left edge of a panel, `height` pixels above the plot. */
export const heading = (text: string, marginLeft: number, height: number, fontWeight = 'bold'): Plot.Markish =>
  Plot.text([text], {
    frameAnchor: 'top-left',
    textAnchor: 'start',
    dx: -marginLeft,
    dy: -height,
    fontWeight,
    fill: INK,
  })

/** Names beside bars are broken into lines of this width at most. */
const NAME_WIDTH = 200
const BARS = { marginTop: 26, gap: 6, padding: 0.2 }

/** The room that names beside bars need: `width` for all, `height` for one. */
export interface NameRoom {
  readonly width: number
  readonly height: number
}

export function nameRoom(names: readonly string[]): NameRoom {
  const all = names.map((name) => wrapToWidth(name, NAME_WIDTH))
  return {
    width: Math.ceil(Math.max(...all.flat().map((line) => textWidth(line)))) + 10,
    height: Math.max(...all.map((lines) => lines.length)) * LINE_HEIGHT,
  }
}

interface Bars {
  readonly title: string
  /** By cell, the band scale's key, from top to bottom. */
  readonly names: ReadonlyMap<string, string>
  readonly room: NameRoom
  readonly marginRight: number
  readonly marginBottom: number
  /** The end of the x axis, which begins at 0. */
  readonly most: number
}

/** Horizontal bars with a name each; `marks` go over the names and the title. */
export const barPanel = (
  { title, names, room, marginRight, marginBottom, most }: Bars,
  marks: readonly Plot.Markish[],
): Panel =>
  panel({
    width: WIDTH,
    height: BARS.marginTop + (room.height + BARS.gap) * names.size + marginBottom,
    marginLeft: room.width,
    marginRight,
    marginTop: BARS.marginTop,
    marginBottom,
    x: { type: 'linear', domain: [0, most] },
    y: { type: 'band', domain: [...names.keys()], padding: BARS.padding },
    marks: [
      Plot.axisY({
        tickSize: 0,
        label: null,
        tickFormat: (cell: string) => wrapToWidth(names.get(cell)!, NAME_WIDTH).join('\n'),
      }),
      heading(title, room.width, 18),
      ...marks,
    ],
  })
