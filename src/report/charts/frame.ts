import { FONT, FONT_SIZE, LINE_HEIGHT, textWidth, WIDTH, wrapToWidth, type Panel } from './panel.ts'
import type { RunData } from './run-data.ts'
import { ALERT, DARK_STYLE, INK, MUTED, PAPER, WORK_COLOURS, type Work } from './theme.ts'

interface Content {
  /** States what is shown. */
  readonly title: string
  /** How to read it, in sentences; empty ones are left out. */
  readonly subtitle: readonly string[]
  readonly legend?: readonly Work[]
  /** From top to bottom. */
  readonly panels: readonly Panel[]
}

const MARGIN = 16
const TITLE_SIZE = 17
const TITLE_HEIGHT = 21
const SWATCH = 12
const GAP = 16
const STAMP = 'disturbed run'
const STAMP_WIDTH = Math.ceil(textWidth(STAMP)) + 12

/** A whole chart: a sheet with title, legend, the panels one below another, and a caption. */
export function framed(data: RunData, { title, subtitle, legend = [], panels }: Content): string {
  const width = WIDTH + 2 * MARGIN
  const [disturbance] = data.machine.warnings ?? []
  const parts = disturbance === undefined ? [] : [stamp(width - MARGIN)]
  let y = MARGIN
  const write = (lines: readonly string[], lineHeight: number, attributes: string) => {
    for (const line of lines) parts.push(text(line, MARGIN, (y += lineHeight), attributes))
  }
  const titleWidth = WIDTH - (disturbance === undefined ? 0 : STAMP_WIDTH + GAP)
  const titleLines = wrapToWidth(title, titleWidth, TITLE_SIZE)
  write(titleLines, TITLE_HEIGHT, `font-size="${TITLE_SIZE}" font-weight="bold" fill="${INK}"`)
  y += 3
  write(wrapToWidth(subtitle.filter(Boolean).join(' '), WIDTH), LINE_HEIGHT, `fill="${MUTED}"`)
  const rows = legendRows(legend, y)
  parts.push(...rows)
  y += rows.length * LINE_HEIGHT + GAP
  for (const { svg, height } of panels) {
    parts.push(svg.replace('<svg ', `<svg x="${MARGIN}" y="${y}" `))
    y += height
  }
  write(wrapToWidth(captionOf(data, disturbance), WIDTH), LINE_HEIGHT, `fill="${MUTED}"`)
  const height = y + MARGIN
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `font-family="${FONT}" font-size="${FONT_SIZE}" role="img" class="chart">\n<title>${escaped(title)}</title>\n` +
    `${DARK_STYLE}\n<rect width="100%" height="100%" rx="6" fill="${PAPER}"/>\n${parts.join('\n')}\n</svg>\n`
  )
}

const text = (content: string, x: number, y: number, attributes: string): string =>
  `<text x="${x}" y="${y}" ${attributes}>${escaped(content)}</text>`

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** In the top right corner. */
const stamp = (right: number): string =>
  `<rect x="${right - STAMP_WIDTH}" y="${MARGIN}" width="${STAMP_WIDTH}" height="22" rx="4" fill="none" stroke="${ALERT}"/>` +
  text(STAMP, right - STAMP_WIDTH / 2, MARGIN + 16, `text-anchor="middle" fill="${ALERT}"`)

/** Swatches with labels, in rows from `top` on. */
function legendRows(entries: readonly Work[], top: number): string[] {
  const rows: string[] = []
  let x = Infinity
  for (const label of entries) {
    const width = SWATCH + 6 + textWidth(label) + GAP
    if (x + width - GAP > MARGIN + WIDTH) {
      rows.push('')
      x = MARGIN
    }
    const y = top + rows.length * LINE_HEIGHT + 4
    rows[rows.length - 1] +=
      `<g><rect x="${x}" y="${y}" width="${SWATCH}" height="${SWATCH}" transform="translate(0,-${SWATCH - 2})" ` +
      `fill="${WORK_COLOURS[label]}" stroke="${MUTED}" stroke-width="0.5"/>` +
      `${text(label, x + SWATCH + 6, y, `fill="${INK}"`)}</g>`
    x += Math.round(width)
  }
  return rows
}

/** What all numbers of a chart depend on besides what it shows: kernel, Node, processor, run, and what disturbed it. */
function captionOf({ machine, summary, growth }: RunData, disturbance: string | undefined): string {
  const rows = summary ?? growth ?? []
  const all = (column: string) => [...new Set(rows.map((row) => row[column]))].filter(Boolean).join(', ')
  const cores = `${machine.availableCores} ${machine.availableCores === 1 ? 'core' : 'cores'}`
  return [
    `kernel ${all('kernel')}`,
    `Node ${machine.node.replace(/^v/, '')}`,
    `${machine.cpu ?? 'unknown processor'}, ${cores}`,
    `run ${all('run_id')}`,
    ...(disturbance === undefined ? [] : [`disturbed: ${disturbance}`]),
  ].join(' · ')
}
