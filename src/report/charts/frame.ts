import type { Panel } from './panel.ts'
import { FONT, FONT_SIZE, INK, MUTED, PAPER, textWidth, WIDTH } from './theme.ts'

/** What stands around the panels of a chart. */
export interface Frame {
  /** States what is shown. */
  readonly title: string
  /** How to read it, in sentences; empty ones are left out. */
  readonly subtitle: readonly string[]
  readonly legend?: readonly LegendEntry[]
  /** What it was measured with. */
  readonly caption: string
}

export interface LegendEntry {
  readonly label: string
  readonly colour: string
}

const MARGIN = 20
const TITLE_SIZE = 17
const LINE = 17
const SWATCH = 12
const GAP = 16
const CAPTION_SIZE = 11

/** A whole chart: a white sheet with title, legend, the panels one under another, and the caption. */
export function framed({ title, subtitle, legend, caption }: Frame, panels: readonly Panel[]): string {
  const width = WIDTH + 2 * MARGIN
  const parts: string[] = []
  let y = MARGIN + TITLE_SIZE
  parts.push(text(title, MARGIN, y, `font-size="${TITLE_SIZE}" font-weight="bold" fill="${INK}"`))
  for (const line of wrapped(subtitle.filter(Boolean).join(' '), WIDTH, FONT_SIZE)) {
    y += LINE
    parts.push(text(line, MARGIN, y + 2, `fill="${MUTED}"`))
  }
  if (legend) {
    const rows = legendRows(legend)
    parts.push(...rows.map((row, i) => row.replaceAll('{y}', String(y + LINE * (i + 1) + 6))))
    y += LINE * rows.length + 6
  }
  y += GAP
  for (const { svg, height } of panels) {
    parts.push(svg.replace('<svg ', `<svg x="${MARGIN}" y="${y}" `))
    y += height
  }
  for (const line of wrapped(caption, WIDTH, CAPTION_SIZE)) {
    y += LINE
    parts.push(text(line, MARGIN, y, `font-size="${CAPTION_SIZE}" fill="${MUTED}"`))
  }
  const height = y + MARGIN
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `font-family="${FONT}" font-size="${FONT_SIZE}" role="img">\n<title>${escaped(title)}</title>\n` +
    `<rect width="100%" height="100%" rx="6" fill="${PAPER}"/>\n${parts.join('\n')}\n</svg>\n`
  )
}

const text = (content: string, x: number, y: number | string, attributes: string): string =>
  `<text x="${x}" y="${y}" ${attributes}>${escaped(content)}</text>`

export const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Swatches with their labels, in as many rows as they need; `{y}` stands for where the row's text is. */
function legendRows(entries: readonly LegendEntry[]): string[] {
  const rows: string[] = []
  let x = MARGIN
  for (const { label, colour } of entries) {
    const width = SWATCH + 6 + textWidth(label) + GAP
    if (rows.length === 0 || x + width > MARGIN + WIDTH) {
      rows.push('')
      x = MARGIN
    }
    rows[rows.length - 1] +=
      `<g><rect x="${x}" y="{y}" width="${SWATCH}" height="${SWATCH}" transform="translate(0,-${SWATCH - 2})" ` +
      `fill="${colour}" stroke="${MUTED}" stroke-width="0.5"/>` +
      `${text(label, x + SWATCH + 6, '{y}', `fill="${INK}"`)}</g>`
    x += Math.round(width)
  }
  return rows
}

/** Lines of words that are no wider than `width`. */
function wrapped(content: string, width: number, fontSize: number): string[] {
  const lines: string[] = []
  for (const word of content.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && textWidth(`${last} ${word}`, fontSize) <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
