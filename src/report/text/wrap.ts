import { stripVTControlCharacters } from 'node:util'
import pico from 'picocolors'

/** On Windows and on build servers picocolors would colour pipes too. */
export const { red, dim } = pico.createColors(
  pico.isColorSupported && (process.stdout.isTTY || 'FORCE_COLOR' in process.env),
)

/** Assumed where the terminal does not report its width. */
export const USUAL_WIDTH = 80
/** Longer lines are hard to read. */
const WIDEST_SENTENCE = 100

/** Characters that a text takes in a terminal. */
export const widthOf = (text: string): number => Array.from(stripVTControlCharacters(text)).length

/** A number and its unit stay on one line. */
const GAP = / +(?!(?:%|[µmn]?s|[KMG]iB|GB\/s)(?!\w))/

/**
 * Breaks a text at spaces, so that no line is wider than `width`. The first line begins with `lead`, the others with
 * `indent` spaces. No-break spaces become plain ones. Words that are wider than a line lose their middle.
 */
export function wrapped(text: string, width: number, indent = 0, lead = ''): string[] {
  const [first, ...words] = text.split(GAP)
  const lines = [lead + first]
  for (const word of words) {
    const longer = `${lines[lines.length - 1]} ${word}`
    if (widthOf(longer) <= width) lines[lines.length - 1] = longer
    else lines.push(' '.repeat(indent) + word)
  }
  return lines.map((line) => shortened(line.replaceAll('\u00a0', ' '), width))
}

/** Wraps sentences for a terminal, with a hanging indent. */
export const sentenceLines = (sentences: readonly string[], columns = USUAL_WIDTH): string[] =>
  sentences.flatMap((sentence) => wrapped(sentence, Math.min(columns, WIDEST_SENTENCE), 2))

/** Cuts the middle out of a text that is wider than `width`, since the ends of a path matter most. */
export function shortened(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  const characters = Array.from(text)
  const kept = Math.max(0, width - 1)
  const tail = Math.floor(kept / 2)
  return `${characters.slice(0, kept - tail).join('')}…${characters.slice(characters.length - tail).join('')}`
}
