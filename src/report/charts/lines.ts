import { groupBy } from '../../measure/statistics.ts'
import * as Plot from '@observablehq/plot'
import { bottomAxis, FONT_SIZE, heading, panel, textWidth, WIDTH, wrapToWidth, type Panel } from './panel.ts'
import { type DrawnCell } from './run-data.ts'
import { spread } from './spread.ts'
import { apart } from './ticks.ts'
import { colourOf, GRID, INK, MUTED, PAPER, SHADE } from './theme.ts'

/** Plot's symbols that can be filled, and dashes: they tell the schedules and reductions of a mode apart. */
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'wye', 'cross'] as const
const DASHES = ['none', '7,3', '3,3', '9,3,2,3', '2,2', '12,4']

/** The cells that a line each is drawn of, by name, and its look. */
export function seriesOf(cells: readonly DrawnCell[], nameOf: (cell: DrawnCell) => string) {
  const groups = [...groupBy(cells, nameOf)]
  const modes = groups.map(([, [{ row }]]) => row.mode)
  return groups.map(([name, own], i) => {
    const before = modes.slice(0, i).filter((mode) => mode === modes[i]).length
    const [symbol, dash] = [SYMBOLS[before % SYMBOLS.length], DASHES[before % DASHES.length]]
    return { name, cells: own, style: { colour: colourOf(modes[i]), symbol, dash } }
  })
}

export type Curve = ReturnType<typeof seriesOf>[number]

export interface PlotPoint {
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
  readonly style?: Curve['style']
  readonly points: readonly PlotPoint[]
  /** Computed, not measured: thin and dotted, without markers. */
  readonly computed?: boolean
  /** Markers only: a computed line was fitted to them. */
  readonly unjoined?: boolean
  /** The line leaves the plot before its right edge; the label stands where it leaves. */
  readonly clipped?: boolean
  /** Pixels to the right of its place, so that intervals at the same x lie side by side. */
  readonly shift?: number
}

/** An axis begins at its first tick and ends at its last, or at `most` if that is more. */
export interface Axis {
  readonly label: string
  readonly type: 'linear' | 'log'
  readonly ticks: readonly number[]
  readonly most?: number
}

export interface LinePanel {
  readonly title?: string | undefined
  readonly lines: readonly Line[]
  readonly x: Axis
  readonly y: Axis
  /** A vertical mark, if the axis has it; the part beyond it is shaded and named. */
  readonly limit?: { readonly x: number; readonly label: string; readonly beyond: string }
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
/** Least distance between the numbers of the x axis. */
const TICK_GAP = 6

const labelLines = ({ label = '' }: Line): string[] =>
  label.split('\n').flatMap((line) => wrapToWidth(line, LABEL_WIDTH))

const isLabelled = ({ label, clipped }: Line): boolean => label !== undefined && !clipped

/**
 * Lines over a common x, with intervals as whiskers and labels that do not collide; these have the same room in all
 * panels.
 *
 * @param height of a panel in pixels; one with many labels is higher
 */
export function linePanels(height: number, panels: readonly LinePanel[]): Panel[] {
  const labels = panels.flatMap(({ lines }) => lines.filter(isLabelled).flatMap(labelLines))
  const labelWidth = Math.ceil(Math.max(0, ...labels.map((line) => textWidth(line))))
  return panels.map((each) => linePanel(each, height, LEAD + 14 + labelWidth))
}

function linePanel({ title, lines, x, y, limit }: LinePanel, least: number, marginRight: number): Panel {
  const marginTop = MARGIN_TOP + (title === undefined ? 0 : TITLE_HEIGHT)
  const labelled = lines.filter(isLabelled)
  const labelGap = LABEL_LINE * Math.max(1, ...labelled.map((line) => labelLines(line).length)) + 1
  const height = Math.max(least, marginTop + labelGap * labelled.length + MARGIN_BOTTOM)
  const scales = {
    x: scaleOf(x, MARGIN_LEFT + INSET, WIDTH - marginRight - INSET),
    y: scaleOf(y, height - MARGIN_BOTTOM, marginTop),
  }
  const [xs, ys] = [Plot.scale({ x: scales.x }), Plot.scale({ y: scales.y })]
  const spanOf = (tick: number) => {
    const [at, half] = [xs.apply(tick) as number, (textWidth(String(tick)) + TICK_GAP) / 2]
    return { from: at - half, to: at + half }
  }
  return panel({
    height,
    marginLeft: MARGIN_LEFT,
    marginRight,
    marginTop,
    marginBottom: MARGIN_BOTTOM,
    ...scales,
    marks: [
      limit && limitMarks(limit, xs, ys),
      Plot.gridY([...y.ticks], { stroke: GRID, strokeOpacity: 1 }),
      bottomAxis(apart(x.ticks, spanOf), x.label),
      Plot.axisY([...y.ticks], { text: y.ticks.map(String), tickSize: 0, label: null }),
      heading(y.label, MARGIN_LEFT, 34, 'normal'),
      title === undefined ? null : heading(title, MARGIN_LEFT, 56),
      ...[lineMark, whiskerMark, markerMark, clippedLabel].flatMap((mark) => lines.map(mark)),
      labelMarks(labelled, labelGap, xs, ys),
    ],
  })
}

const scaleOf = ({ type, ticks, most = -Infinity }: Axis, from: number, to: number) => ({
  type,
  domain: [ticks[0], Math.max(ticks[ticks.length - 1], most)],
  range: [from, to],
})

function limitMarks({ x, label, beyond }: NonNullable<LinePanel['limit']>, xs: Plot.Scale, ys: Plot.Scale) {
  const [[first, last], [, right], [, y]] = [xs.domain, xs.range, ys.domain] as number[][]
  if (x < first || x > last) return null
  const text = (content: string, textAnchor: 'start' | 'end') =>
    Plot.text([content], { x, y, textAnchor, dx: textAnchor === 'end' ? -5 : 5, dy: -9, fill: MUTED })
  const shade = Plot.rect([x], { x1: x, x2: xs.invert!(right + INSET), fill: SHADE })
  return [
    x < last ? shade : null,
    Plot.ruleX([x], { stroke: MUTED, strokeDasharray: '1,3', strokeWidth: 1.5 }),
    text(label, 'end'),
    x < last ? text(beyond, 'start') : null,
  ]
}

const strokeOf = ({ style }: Line): string => style?.colour ?? MUTED

const placeOf = ({ shift = 0 }: Line) => ({ x: 'x', y: 'y', dx: shift })

function lineMark(line: Line): Plot.Markish {
  const { style, computed, unjoined, points } = line
  const dash = computed ? '1.5,2.5' : (style?.dash ?? 'none')
  const look = { stroke: strokeOf(line), strokeWidth: computed ? 1.3 : 1.8, strokeDasharray: dash }
  return unjoined ? null : Plot.line(points, { ...placeOf(line), ...look })
}

function whiskerMark(line: Line): Plot.Markish {
  const points = line.points.filter(({ low, high }) => low !== undefined && high !== undefined)
  const place = { x: 'x', y1: 'low', y2: 'high', dx: line.shift ?? 0 }
  return points.length === 0 ? null : Plot.ruleX(points, { ...place, stroke: strokeOf(line), strokeWidth: 1.8 })
}

function markerMark(line: Line): Plot.Markish {
  const { style, computed, points } = line
  if (style === undefined || computed) return null
  const { colour: stroke, symbol } = style
  const fill = ({ hollow }: PlotPoint) => (hollow ? PAPER : stroke)
  return Plot.dot(points, { ...placeOf(line), r: 4, symbol, stroke, strokeWidth: 1.5, fill })
}

const clippedLabel = ({ label, clipped, points }: Line): Plot.Markish =>
  clipped
    ? Plot.text(points.slice(-1), { x: 'x', y: 'y', text: () => label!, textAnchor: 'end', dx: -7, dy: 8, fill: INK })
    : null

/** Each label beside the end of its line, with its marker, and a thin line to it where it had to be moved. */
function labelMarks(labelled: readonly Line[], gap: number, xs: Plot.Scale, ys: Plot.Scale): Plot.Markish[] {
  const [[, right], [bottom, top]] = [xs.range, ys.range] as number[][]
  const edge = right + INSET
  const drawn = labelled.filter(({ points }) => points.length > 0)
  const ends = drawn.map(({ points }) => points[points.length - 1])
  const wanted = ends.map(({ y }) => ys.apply(y) as number)
  const places = spread(wanted, gap, top, bottom)
  const at = (px: number) => xs.invert!(px) as number
  return drawn.map((line, i) => {
    const { style, computed, shift = 0 } = line
    const [x, y] = [at(edge + LEAD), ys.invert!(places[i]) as number]
    const lead = { x1: at((xs.apply(ends[i].x) as number) + shift), y1: 'y', x2: at(edge + LEAD - 8), y2: y }
    return [
      Plot.link([ends[i]], { ...lead, stroke: strokeOf(line), strokeOpacity: 0.7, strokeWidth: 0.8 }),
      style && !computed ? Plot.dot([{}], { x, y, r: 4, symbol: style.symbol, fill: style.colour }) : null,
      Plot.text([labelLines(line).join('\n')], { x, y, dx: 9, textAnchor: 'start', fill: INK }),
    ]
  })
}
