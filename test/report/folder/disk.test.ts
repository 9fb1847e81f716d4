import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { append, overwrite, WriteError } from '../../../src/report/folder/disk.ts'

const folder = mkdtempSync(join(tmpdir(), 'disk-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Linux has a device that is always full. */
const FULL = '/dev/full'

const mistake = (): never => {
  throw new RangeError('a mistake')
}

describe('appending to a file', () => {
  it('tells the text whether the file is new', () => {
    const file = join(folder, 'new.txt')
    for (let i = 0; i < 2; i++) append(file, (isNew) => (isNew ? 'header\n' : 'row\n'))
    expect(readFileSync(file, 'utf8')).toBe('header\nrow\n')
  })

  it('fails in one line that names the file, and says that nothing is lost', () => {
    const file = join(folder, 'nowhere', 'rows.csv')
    expect(() => append(file, () => 'text')).toThrow(WriteError)
    expect(() => append(file, () => 'text')).toThrow(
      /rows\.csv: cannot be written \(ENOENT.*\); what was measured before is kept$/,
    )
  })

  it.runIf(existsSync(FULL))('says so if the disk is full', () => {
    expect(() => append(FULL, () => 'text')).toThrow(/ENOSPC/)
  })

  it('does not hide a mistake of the program behind the disk', () => {
    expect(() => append(join(folder, 'mistake.txt'), mistake)).toThrow(RangeError)
  })
})

describe('overwriting a file', () => {
  it('replaces what is there, and leaves nothing else behind', () => {
    const place = join(folder, 'replaced')
    mkdirSync(place)
    const file = join(place, 'run.json')
    overwrite(file, 'old')
    overwrite(file, 'new')
    expect(readFileSync(file, 'utf8')).toBe('new')
    expect(readdirSync(place)).toEqual(['run.json'])
  })

  it('leaves what is there if it is refused', () => {
    const place = join(folder, 'refused')
    const target = join(place, 'is-a-folder')
    mkdirSync(join(target, 'with-contents'), { recursive: true })
    expect(() => overwrite(target, 'text')).toThrow(WriteError)
    expect(readdirSync(place)).toEqual(['is-a-folder'])
  })
})
