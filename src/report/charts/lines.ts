import * as Plot from '@observablehq/plot'
import { bottomAxis, heading, panel, type Panel } from './panel.ts'
import { spread } from './spread.ts'
import { apart } from './ticks.ts'
import { FONT_SIZE, GRID, INK, MUTED, PAPER, SHADE, textWidth, WIDTH, wrapToWidth, type Style } from './theme.ts'

export interface Point {
  readonly x: number
  readonly y: number
  /** The ends of the interval. */
  readonly low?: number | undefined
  readonly high?: number | undefined
  /** Drawn hollow: measured under lesser conditions. */
  readonly hollow?: boolean
}

/** A line with its label at its right end; without a style it is a reference in grey. */
export interface Line {
  readonly label?: string
  readonly style?: Style
  readonly points: readonly Point[]
  /** Computed, not measured: thin and dotted, without markers. */
  readonly computed?: boolean
  /** Markers only: a computed line was fitted to them. */
  readonly unjoined?: boolean
  /** The line leaves the plot before its right edge; the label stands where it leaves. */
  readonly clipped?: boolean
  /** Pixels to the right of its place, so that intervals at the same x lie side by side. */
  readonly shift?: number
}

export interface Axis {
  readonly label: string
  readonly type: 'linear' | 'log'
  readonly ticks: readonly number[]
  readonly format: (value: number) => string
  readonly domain: readonly [number, number]
}

export interface LinesOptions {
  readonly title?: string
  /** A minimum: many labels need more. */
  readonly height: number
  /** Room for the labels, where several panels share it; by default, what these lines need. */
  readonly labelWidth?: number
  readonly x: Axis
  readonly y: Axis
  /** A vertical mark; the part beyond it is shaded and named, if there is one. */
  readonly limit?: { readonly x: number; readonly label: string; readonly beyond?: string | undefined }
}

interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const MARGIN_LEFT = 48
/** The label of the y axis, and below it the text at the limit. */
const MARGIN_TOP = 48
const TITLE_HEIGHT = 20
const MARGIN_BOTTOM = 44
/** Room between the last point and the labels, for the lines that lead to them. */
const LEAD = 22
const INSET = 12
const LABEL_WIDTH = 112
const LABEL_LINE = FONT_SIZE + 2
const COMPUTED_DASH = '1.5,2.5'
/** Least distance between the numbers of the x axis. */
const TICK_GAP = 6

const labelLines = ({ label = '' }: Line): string[] =>
  label.split('\n').flatMap((line) => wrapToWidth(line, LABEL_WIDTH))

/** The room that the labels of lines need, in pixels. */
export const widestLabel = (all: readonly Line[]): number =>
  Math.max(
    0,
    ...all
      .filter(({ clipped }) => !clipped)
      .flatMap(labelLines)
      .map((line) => textWidth(line)),
  )

/** Lines over a common x, with intervals as whiskers and labels that do not collide. */
export function lines(
  all: readonly Line[],
  { title, height: least, labelWidth = widestLabel(all), x, y, limit }: LinesOptions,
): Panel {
  const marginTop = MARGIN_TOP + (title === undefined ? 0 : TITLE_HEIGHT)
  const marginRight = LEAD + 14 + Math.ceil(labelWidth)
  const labelled = all.filter(({ label, clipped }) => label !== undefined && !clipped)
  const labelGap = LABEL_LINE * Math.max(1, ...labelled.map((line) => labelLines(line).length)) + 1
  const height = Math.max(least, marginTop + labelGap * labelled.length + MARGIN_BOTTOM)
  const frame = {
    left: MARGIN_LEFT + INSET,
    right: WIDTH - marginRight - INSET,
    top: marginTop,
    bottom: height - MARGIN_BOTTOM,
  }
  const xs = Plot.scale({ x: { type: x.type, domain: [...x.domain], range: [frame.left, frame.right] } })
  const ys = Plot.scale({ y: { type: y.type, domain: [...y.domain], range: [frame.bottom, frame.top] } })
  const placeOf = (tick: number) => {
    const [at, half] = [xs.apply(tick) as number, (textWidth(x.format(tick)) + TICK_GAP) / 2]
    return { from: at - half, to: at + half }
  }

  return panel({
    width: WIDTH,
    height,
    marginLeft: MARGIN_LEFT,
    marginRight,
    marginTop,
    marginBottom: MARGIN_BOTTOM,
    x: { type: x.type, domain: [...x.domain], inset: INSET },
    y: { type: y.type, domain: [...y.domain] },
    marks: [
      ...(limit ? limitMarks(limit, frame.right, xs, y.domain[1]) : []),
      Plot.gridY([...y.ticks], { stroke: GRID, strokeOpacity: 1 }),
      bottomAxis(apart(x.ticks, placeOf), x.format, x.label),
      Plot.axisY([...y.ticks], { text: y.ticks.map(y.format), tickSize: 0, label: null }),
      heading(y.label, MARGIN_LEFT, 34, 'normal'),
      ...(title === undefined ? [] : [heading(title, MARGIN_LEFT, 56)]),
      ...all.flatMap(lineMarks),
      ...all.flatMap(whiskerMarks),
      ...all.flatMap(markerMarks),
      ...all.filter(({ clipped }) => clipped).map(clippedLabel),
      ...labelMarks(labelled, labelGap, xs, ys, frame),
    ],
  })
}

function limitMarks(
  { x, label, beyond }: NonNullable<LinesOptions['limit']>,
  right: number,
  xs: Plot.Scale,
  top: number,
): Plot.Markish[] {
  const text = (content: string, textAnchor: 'start' | 'end') =>
    Plot.text([content], { x, y: top, textAnchor, dx: textAnchor === 'end' ? -5 : 5, dy: -9, fill: MUTED })
  const mark = Plot.ruleX([x], { stroke: MUTED, strokeDasharray: '1,3', strokeWidth: 1.5 })
  if (beyond === undefined) return [mark, text(label, 'end')]
  const shade = Plot.rect([x], { x1: x, x2: xs.invert!(right + INSET), fill: SHADE })
  return [shade, mark, text(label, 'end'), text(beyond, 'start')]
}

const strokeOf = ({ style }: Line): string => style?.colour ?? MUTED

const lineMarks = (line: Line): Plot.Markish[] =>
  line.unjoined
    ? []
    : [
        Plot.line(line.points, {
          x: 'x',
          y: 'y',
          dx: line.shift ?? 0,
          stroke: strokeOf(line),
          strokeWidth: line.computed ? 1.3 : 1.8,
          strokeDasharray: line.computed ? COMPUTED_DASH : (line.style?.dash ?? 'none'),
        }),
      ]

const whiskerMarks = (line: Line): Plot.Markish[] => {
  const points = line.points.filter(({ low, high }) => low !== undefined && high !== undefined)
  if (points.length === 0) return []
  const stroke = strokeOf(line)
  return [Plot.ruleX(points, { x: 'x', y1: 'low', y2: 'high', dx: line.shift ?? 0, stroke, strokeWidth: 1.8 })]
}

const markerMarks = (line: Line): Plot.Markish[] =>
  line.style === undefined || line.computed
    ? []
    : [
        Plot.dot(line.points, {
          x: 'x',
          y: 'y',
          dx: line.shift ?? 0,
          r: 4,
          symbol: line.style.symbol,
          stroke: line.style.colour,
          strokeWidth: 1.5,
          fill: (point: Point) => (point.hollow ? PAPER : line.style!.colour),
        }),
      ]

const clippedLabel = ({ label, points }: Line): Plot.Markish =>
  Plot.text(points.slice(-1), {
    x: 'x',
    y: 'y',
    text: () => label!,
    textAnchor: 'end',
    dx: -7,
    dy: 8,
    fill: INK,
  })

/** Each label beside the end of its line, with its marker, and a thin line to it where it had to be moved. */
function labelMarks(
  labelled: readonly Line[],
  gap: number,
  xs: Plot.Scale,
  ys: Plot.Scale,
  { top, bottom, right }: Frame,
): Plot.Markish[] {
  const edge = right + INSET
  const drawn = labelled.filter(({ points }) => points.length > 0)
  const ends = drawn.map(({ points }) => points[points.length - 1])
  const wanted = ends.map(({ y }) => ys.apply(y) as number)
  const places = spread(wanted, gap, top, bottom)
  const at = (px: number) => xs.invert!(px) as number
  return drawn.flatMap((line, i) => {
    const y = ys.invert!(places[i]) as number
    const { style, shift = 0 } = line
    const from = at((xs.apply(ends[i].x) as number) + shift)
    const lead = { x1: from, y1: 'y', x2: at(edge + LEAD - 8), y2: y }
    return [
      Plot.link([ends[i]], { ...lead, stroke: strokeOf(line), strokeOpacity: 0.7, strokeWidth: 0.8 }),
      ...(style && !line.computed
        ? [Plot.dot([{}], { x: at(edge + LEAD), y, r: 4, symbol: style.symbol, fill: style.colour })]
        : []),
      Plot.text([labelLines(line).join('\n')], {
        x: at(edge + LEAD),
        y,
        dx: 9,
        textAnchor: 'start',
        fill: INK,
      }),
    ]
  })
}
