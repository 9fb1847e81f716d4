import * as Plot from '@observablehq/plot'
import { spread } from './labels.ts'
import { bottomAxis, heading, panel, type Panel } from './panel.ts'
import { FONT_SIZE, GRID, INK, MUTED, PAPER, SHADE, textWidth, WIDTH, type Style } from './theme.ts'

export interface Point {
  readonly x: number
  readonly y: number
  /** The ends of the interval. */
  readonly low?: number | undefined
  readonly high?: number | undefined
  /** Drawn hollow: it was measured under other conditions than the full ones. */
  readonly hollow?: boolean
}

/** A line with its label at its right end; without a style it is a reference in grey. */
export interface Line {
  readonly label?: string
  readonly style?: Style
  readonly points: readonly Point[]
  /** For what is computed, not measured: thin and dashed, without markers. */
  readonly computed?: boolean
  /** Only the markers: what a computed line was fitted to. */
  readonly unjoined?: boolean
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
  /** At least; more if the labels need it. */
  readonly height: number
  /** Room for the labels, where several panels are to have the same; without, what these lines need. */
  readonly labelWidth?: number
  readonly x: Axis
  readonly y: Axis
  /** A vertical mark; if there is something beyond it, that is shaded and named. */
  readonly limit?: { readonly x: number; readonly label: string; readonly beyond?: string | undefined }
}

const MARGIN_LEFT = 62
/** The label of the y axis, and below it what stands at the limit. */
const MARGIN_TOP = 48
const TITLE_HEIGHT = 20
const MARGIN_BOTTOM = 44
/** Room between the last point and the labels, for the lines that lead to them. */
const LEAD = 26
const LABEL_GAP = FONT_SIZE + 3
const INSET = 12
const COMPUTED_DASH = '5,3'

export const widestLabel = (all: readonly Line[]): number =>
  Math.max(0, ...all.map(({ label = '' }) => textWidth(label)))

/** Lines over a common x, with intervals as bands and labels that do not collide. */
export function lines(
  all: readonly Line[],
  { title, height: least, labelWidth = widestLabel(all), x, y, limit }: LinesOptions,
): Panel {
  const marginTop = MARGIN_TOP + (title === undefined ? 0 : TITLE_HEIGHT)
  const marginRight = LEAD + 14 + Math.ceil(labelWidth)
  const labels = all.filter(({ label }) => label !== undefined).length
  const height = Math.max(least, marginTop + LABEL_GAP * labels + MARGIN_BOTTOM)
  const frame = {
    left: MARGIN_LEFT + INSET,
    right: WIDTH - marginRight - INSET,
    top: marginTop,
    bottom: height - MARGIN_BOTTOM,
  }
  const xs = Plot.scale({ x: { type: x.type, domain: [...x.domain], range: [frame.left, frame.right] } })
  const ys = Plot.scale({ y: { type: y.type, domain: [...y.domain], range: [frame.bottom, frame.top] } })

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
      bottomAxis(x.ticks, x.format, x.label),
      Plot.axisY([...y.ticks], { text: y.ticks.map(y.format), tickSize: 0, label: null }),
      heading(y.label, MARGIN_LEFT, 34, 'normal'),
      ...(title === undefined ? [] : [heading(title, MARGIN_LEFT, 56)]),
      ...all.flatMap(bandMarks),
      ...all.flatMap(lineMarks),
      ...all.flatMap(markerMarks),
      ...labelMarks(all, xs, ys, frame),
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

const colourOf = ({ style }: Line): string => style?.colour ?? MUTED

const bandMarks = (line: Line): Plot.Markish[] => {
  const points = line.points.filter(({ low, high }) => low !== undefined && high !== undefined)
  if (points.length === 0) return []
  return [
    Plot.areaY(points, { x: 'x', y1: 'low', y2: 'high', fill: colourOf(line), fillOpacity: 0.13 }),
    Plot.ruleX(points, { x: 'x', y1: 'low', y2: 'high', stroke: colourOf(line), strokeOpacity: 0.6 }),
  ]
}

const lineMarks = (line: Line): Plot.Markish[] =>
  line.unjoined
    ? []
    : [
        Plot.line(line.points, {
          x: 'x',
          y: 'y',
          stroke: colourOf(line),
          strokeWidth: line.computed ? 1.3 : 2,
          ...(line.computed ? { strokeDasharray: COMPUTED_DASH } : {}),
        }),
      ]

const markerMarks = (line: Line): Plot.Markish[] =>
  line.style === undefined || line.computed
    ? []
    : [
        Plot.dot(line.points, {
          x: 'x',
          y: 'y',
          r: 4.5,
          symbol: line.style.symbol,
          stroke: line.style.colour,
          strokeWidth: 1.5,
          fill: (point: Point) => (point.hollow ? PAPER : line.style!.colour),
        }),
      ]

/** Each label beside the end of its line, with its marker, and a thin line to it where it had to be moved. */
function labelMarks(
  all: readonly Line[],
  xs: Plot.Scale,
  ys: Plot.Scale,
  { top, bottom, right }: { top: number; bottom: number; right: number },
): Plot.Markish[] {
  const edge = right + INSET
  const labelled = all.filter(({ label, points }) => label !== undefined && points.length > 0)
  const ends = labelled.map(({ points }) => points[points.length - 1])
  const wanted = ends.map(({ y }) => ys.apply(y) as number)
  const places = spread(wanted, LABEL_GAP, top, bottom)
  const at = (px: number) => xs.invert!(px) as number
  return labelled.flatMap((line, i) => {
    const y = ys.invert!(places[i]) as number
    return [
      Plot.link([ends[i]], {
        x1: 'x',
        y1: 'y',
        x2: at(edge + LEAD - 8),
        y2: y,
        stroke: colourOf(line),
        strokeOpacity: 0.7,
        strokeWidth: 0.8,
      }),
      ...(line.style && !line.computed
        ? [
            Plot.dot([{}], {
              x: at(edge + LEAD),
              y,
              r: 4,
              symbol: line.style.symbol,
              fill: line.style.colour,
            }),
          ]
        : []),
      Plot.text([line.label], { x: at(edge + LEAD), y, dx: 9, textAnchor: 'start', fill: INK }),
    ]
  })
}
