import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DOCUMENTS, documented } from '../../bench/docs.ts'

/** As prettier leaves a table, but for the widths of its columns. */
const squeezed = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---')

describe('the tables of the documents', () => {
  it.each(DOCUMENTS)('are those that `npm run docs` makes: %s', (file) => {
    const text = readFileSync(file, 'utf8')
    expect(text).toContain('<!-- table: ')
    expect(squeezed(documented(text))).toBe(squeezed(text))
  })
})
