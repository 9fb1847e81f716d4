import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../bench/commands.ts'
import { againOf, chooseCells } from '../../src/cells/choose.ts'
import { namesOf, rowOf } from '../../src/cells/columns.ts'
import type { Dimension } from '../../src/cells/dimension.ts'
import {
  CONFIGURATION,
  DIMENSIONS,
  familyOf,
  fieldsOf,
  MANNER_COLUMNS,
  WORK_COLUMNS,
} from '../../src/cells/dimensions.ts'
import { flagOf } from '../../src/cells/values.ts'
import { scaling } from '../bench/command-lines.ts'
import { RUN } from '../report/run.ts'

const ALL: readonly (readonly [string, Dimension])[] = Object.entries(DIMENSIONS)

const expectUnique = (names: readonly string[]) => expect(new Set(names).size).toBe(names.length)

describe('the table of dimensions', () => {
  it.each(ALL)('has, for %s, a flag, a help text and a default that can be read', (_, option) => {
    expect(flagOf(option)).toMatch(/^--[a-z][a-z-]*$/)
    expect(option.flags).toMatch(option.read ? /^--[a-z-]+ <[a-z]+>$/ : /^--[a-z-]+$/)
    expect(option.help).not.toBe('')
    expect(option.default === undefined || option.read!(option.default) !== undefined).toBe(true)
  })

  it('has each flag and each column once', () => {
    expectUnique(ALL.map(([, option]) => flagOf(option)))
    expectUnique([...WORK_COLUMNS, ...MANNER_COLUMNS])
  })

  it('makes the configuration columns, each of which is work or manner', () => {
    const columns = namesOf(CONFIGURATION)
    expectUnique(columns)
    expect(columns.slice(0, 3)).toEqual(['run_id', 'experiment', 'cell'])
    expect(columns.slice(3).toSorted()).toEqual([...WORK_COLUMNS, ...MANNER_COLUMNS].toSorted())
  })
})

describe.each(COMMANDS.map((command) => [command.name, command] as const))('the options of %s', (_, command) => {
  const options = Object.values(command.options)

  it('have a help text, and a flag that no other has', () => {
    for (const { help, flags } of options) expect(help, flags).not.toBe('')
    expectUnique([...options.map(flagOf), '--help'])
  })

  it('have defaults that can be read', () => {
    for (const option of options) {
      if (option.default !== undefined) expect(() => option.read!(option.default!)).not.toThrow()
    }
  })
})

describe('the name of a cell', () => {
  const options = scaling(
    '--modes all --grid all --schedule all --reduction all --handoff all --dispatch all --wait all',
  )
  const model = { widths: [64, 64, 64, 64, 64, 64, 64, 64, 10], activation: 'relu', loss: 'cross-entropy' } as const
  const { cells } = chooseCells(options, model, [1, 2, 4])

  it('is its family and its threads, and no other cell has it', () => {
    expect(cells.length).toBeGreaterThan(100)
    expectUnique(cells.map(({ name }) => name))
    for (const { name, family, plan } of cells) {
      expect(name).toBe(`${family}-${plan.programs.length}`)
      expect(name).toMatch(/^[a-z0-9-]+$/)
    }
  })

  it('has the family that its row tells, of a live cell and of the text in a file', () => {
    for (const cell of cells) {
      expect(familyOf(fieldsOf(cell))).toBe(cell.family)
      const row = Object.entries(rowOf(CONFIGURATION, { run: RUN, cell }))
      const text = Object.fromEntries(row.map(([name, value]) => [name, String(value ?? '')]))
      expect(familyOf(text)).toBe(cell.family)
    }
  })

  it('tells the microbatches where an experiment varies them', () => {
    const line = '--modes pipeline --schedule 1f1b'
    const of = (microbatches: number) =>
      chooseCells({ ...scaling(line), microbatches }, model, [2], ['microbatches']).cells[1]
    expect([of(4), of(16)].map(({ name }) => name)).toEqual(['pipeline-1f1b-m4-2', 'pipeline-1f1b-m16-2'])
    const [cell] = [of(4)]
    expect(familyOf(fieldsOf(cell), ['microbatches'])).toBe(cell.family)
  })

  it('is not serial’s where serial is measured a second time', () => {
    const again = againOf(cells[0])
    expect([again.name, again.family]).toEqual(['serial-again-1', 'serial-again'])
    expect(cells.map(({ name }) => name)).not.toContain(again.name)
  })
})
