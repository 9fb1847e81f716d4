import { describe, expect, it } from 'vitest'
import { ledgerChart } from '../../../src/report/charts/ledger.ts'
import { WORK_COLOURS } from '../../../src/report/charts/theme.ts'
import { ledgerRow, run, summaryRow } from './rows.ts'
import { marks, texts } from './svg.ts'
import { scaling, ledger } from './made-up.ts'

/** What a visit of serial writes. */
const visit = (layers: string, forward: number, update: number) => [
  ledgerRow('serial-1', 0, 'forward', forward, layers),
  ledgerRow('serial-1', 0, 'update', update, layers),
]

describe('the chart of the ledger', () => {
  it('has a bar for every cell, of a part for every bucket, as wide as its share', () => {
    const parts = marks(ledgerChart(run({ summary: scaling, ledger })), 'bar')
    expect(parts).toHaveLength(4)
    const width = (part: (typeof parts)[number]) => Number(part.attributes.width)
    const [forward, wait] = parts.filter(({ attributes }) => attributes.y === parts[0].attributes.y)
    expect(width(forward) / width(wait)).toBeCloseTo(3, 1)
    expect(forward.attributes.fill).toBe(WORK_COLOURS.forward)
  })

  it('averages over ranks, and names the buckets that there are', () => {
    const both = [...ledger, ledgerRow('data-owner-2', 1, 'forward', 250), ledgerRow('data-owner-2', 1, 'loss', 750)]
    const shown = texts(ledgerChart(run({ summary: scaling, ledger: both })))
    expect(shown).toEqual(expect.arrayContaining(['forward', 'loss', 'wait-barrier', '50', '38', '13']))
    expect(shown).not.toContain('reduce')
  })

  it('keeps cells of one name apart that were measured with several models', () => {
    const summary = [8, 16].map((width) => summaryRow('serial-1', { layers: `4-${width}-2` }))
    const svg = ledgerChart(run({ summary, ledger: [...visit('4-16-2', 1, 9), ...visit('4-8-2', 7, 3)] }))
    expect(texts(svg)).toEqual(expect.arrayContaining(['70', '30', '10', '90']))
  })
})
