import { describe, expect, it } from 'vitest'
import { CHARTS } from '../../../src/report/charts/charts.ts'
import { INK, MUTED, PAPER } from '../../../src/report/charts/theme.ts'
import { coreNotes, disturbances } from '../../../src/measure/machine/disturbance.ts'
import type { Machine } from '../../../src/measure/machine/machine.ts'
import { MACHINE, run } from './rows.ts'
import { elementsOf, texts } from './svg.ts'
import { everything } from './made-up.ts'

describe('every chart', () => {
  const all = Object.entries(CHARTS)

  it.each(all)('%s is well-formed XML on a background of its own', (_, chart) => {
    const [svg, title, , background] = elementsOf(chart(everything))
    expect(svg.attributes.xmlns).toBe('http://www.w3.org/2000/svg')
    expect(title.text).not.toBe('')
    expect(background).toMatchObject({
      name: 'rect',
      attributes: { width: '100%', height: '100%', fill: PAPER },
    })
  })

  it.each(all)('%s is the same text whenever it is made', (_, chart) => {
    expect(chart(everything)).toBe(chart(structuredClone(everything)))
  })

  it.each(all)('%s says what it was measured with, whatever characters that has', (_, chart) => {
    expect(texts(chart(everything)).join(' ')).toContain(
      'kernel simd · Node 20.1.2 · A processor <fast> & cool, 2 cores · run a-run',
    )
  })

  it.each(all)('%s is not made of a run that has nothing for it', (_, chart) => {
    expect(() => chart(run({}))).toThrow(/^there is no /)
  })

  it.each(all)('%s has text of at least 8 pixels on a phone 360 pixels wide', (_, chart) => {
    const svg = chart(everything)
    const [{ attributes }] = elementsOf(svg)
    const sizes = elementsOf(svg).flatMap(({ attributes: { style = '', 'font-size': size } }) => {
      return /font-size: *([\d.]+)px/.exec(style)?.[1] ?? size ?? []
    })
    expect((Math.min(...sizes.map(Number)) * 360) / Number(attributes.width)).toBeGreaterThanOrEqual(8)
  })

  it.each(all)('%s has colours for a dark page, for all that is black, white or grey', (_, chart) => {
    const svg = chart(everything)
    expect(svg).toContain('@media (prefers-color-scheme: dark)')
    for (const colour of [PAPER, INK, MUTED]) expect(svg).toContain(`.chart [fill="${colour}"]`)
    expect(svg).not.toMatch(/fill="(white|black|#000|#fff)"/)
  })

  it.each(all)('%s is stamped if the run was disturbed, and says by what', (_, chart) => {
    const shown = texts(chart({ ...everything, machine: { ...MACHINE, warnings: ['a busy machine', 'more'] } }))
    expect(shown).toContain('disturbed run')
    expect(shown.join(' ')).toContain('disturbed: a busy machine')
  })

  it.each(all)('%s is not stamped for what is so on every run of the machine', (_, chart) => {
    const usage = { at: 0, own: 0, all: 0 }
    const moment = { othersCores: undefined, usage, ticks: undefined, spinMs: 1 }
    const machine = { smt: true, allowedCores: 1e6 } as Machine
    expect(coreNotes(machine)).not.toEqual([])
    const warnings = disturbances(moment, moment)
    expect(warnings).toEqual([])
    for (const data of [everything, { ...everything, machine: { ...MACHINE, warnings } }])
      expect(texts(chart(data))).not.toContain('disturbed run')
  })

  it.each(all)('%s has no coordinate that is no number', (_, chart) => {
    expect(chart(everything)).not.toMatch(/NaN|undefined|Infinity/)
  })
})
