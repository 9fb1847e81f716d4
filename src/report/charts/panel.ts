import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { FONT, FONT_SIZE, INK } from './theme.ts'

/** A part of a chart: SVG text with its size in pixels. */
export interface Panel {
  readonly svg: string
  readonly width: number
  readonly height: number
}

const { document } = parseHTML('<html></html>')

/** Plots without a browser. The same options give the same text, on every version of Node. */
export function panel(options: Plot.PlotOptions & { width: number; height: number }): Panel {
  const style = { fontFamily: FONT, fontSize: `${FONT_SIZE}px`, color: INK, overflow: 'visible' }
  const plotted = Plot.plot({ ...options, document, style })
  return { svg: tidy(plotted.outerHTML), width: options.width, height: options.height }
}

/**
 * Without Plot's style sheet, which is for web pages, and with coordinates to a hundredth of a pixel: further digits of
 * logarithms differ between versions of V8, and make the file twice as long.
 */
const tidy = (svg: string): string =>
  svg
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, (tag) =>
      tag.replace(/-?\d+\.\d{3,}(e-\d+)?/g, (number) => String(Math.round(Number(number) * 100) / 100 + 0)),
    )

/** The axis under a plot; without a label, only the ticks. */
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

/** Text at the left edge of a panel, `height` pixels above the plot, that begins where its margin begins. */
export const heading = (
  text: string,
  marginLeft: number,
  height: number,
  fontWeight = 'bold',
): Plot.Markish =>
  Plot.text([text], {
    frameAnchor: 'top-left',
    textAnchor: 'start',
    dx: -marginLeft,
    dy: -height,
    fontWeight,
    fill: INK,
  })
