import { stripVTControlCharacters } from 'node:util'

/** A table to paste into Markdown. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((fields) => `| ${fields.map(escaped).join(' | ')} |`).join('\n')

const escaped = (field: string): string =>
  stripVTControlCharacters(field)
    .replaceAll('|', String.raw`\|`)
    .replaceAll(/\s*\n\s*/g, ' ')

/** A value as JSON, with `null` for numbers that are not finite and for fields that are undefined. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_, field: unknown) => (field === undefined || isUnbounded(field) ? null : field), 2)

const isUnbounded = (field: unknown): boolean => typeof field === 'number' && !Number.isFinite(field)
