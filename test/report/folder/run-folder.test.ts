import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunFolder, FolderError, reopenRunFolder, writeJson } from '../../../src/report/folder/run-folder.ts'

const NOW = new Date('2024-05-06T07:08:09.123Z')

let place = ''
const before = process.cwd()
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'runs-'))
})
afterEach(() => {
  process.chdir(before)
  rmSync(place, { recursive: true })
})

/** Why a folder cannot be used. */
function refusal(path: string, use = () => createRunFolder(path, 'scaling', NOW)): string {
  try {
    use()
  } catch (error) {
    if (error instanceof FolderError) return error.message
    throw error
  }
  throw new Error(`${path} was taken`)
}

describe('the folder of a run', () => {
  it('is made where it is asked for, with the folders that lead to it', () => {
    const path = join(place, 'some', 'where', 'else')
    const folder = createRunFolder(path, 'scaling', NOW)
    expect(folder.path).toBe(path)
    expect(folder.id).toBe('else')
    expect(folder.file('samples.csv')).toBe(join(path, 'samples.csv'))
    expect(existsSync(path)).toBe(true)
  })

  it('may exist, if it is empty', () => {
    expect(createRunFolder(place, 'scaling', NOW).id).toBe(basename(place))
  })

  it('is refused if it holds anything, and what it holds is left alone', () => {
    const file = join(place, 'samples.csv')
    writeFileSync(file, 'precious')
    expect(() => createRunFolder(place, 'scaling', NOW)).toThrow(
      new FolderError(`--out ${place}: the folder is not empty; expected a new or an empty one`),
    )
    expect(readFileSync(file, 'utf8')).toBe('precious')
  })

  it('is refused if it is a file, or lies in one, in one line that names it', () => {
    const file = join(place, 'file')
    writeFileSync(file, '')
    for (const path of [file, join(file, 'below')]) {
      const message = refusal(path)
      expect(message.startsWith(`--out ${path}: cannot be used as a folder: `)).toBe(true)
      expect(message).not.toContain('\n')
    }
  })

  it.runIf(existsSync('/proc/self'))('is refused where the system makes no folders', () => {
    for (const path of ['/proc/run', '/proc/some/where/else']) {
      expect(refusal(path)).toMatch(/^--out \/proc\/.*: cannot be used as a folder: .*ENOENT/)
    }
  })

  it('is named by time and experiment in `results` unless a place is given, in characters that Windows takes', () => {
    process.chdir(place)
    const folder = createRunFolder(undefined, 'scaling', NOW)
    expect(folder.id).toBe('20240506T070809Z-scaling')
    expect(folder.id).toMatch(/^[\w-]+$/)
    expect(existsSync(join(place, 'results', folder.id))).toBe(true)
  })

  it('sorts by time when it is sorted by name', () => {
    process.chdir(place)
    const times = ['2024-05-06T07:08:09Z', '2024-05-06T07:08:10Z', '2024-10-01T00:00:00Z', '2025-01-01T00:00:00Z']
    const names = times.map((time) => createRunFolder(undefined, 'scaling', new Date(time)).id)
    expect(names.toSorted()).toEqual(names)
  })
})

const lock = () => join(place, 'run.lock')
const reopen = () => reopenRunFolder(place)

describe('the folder of a run that was killed', () => {
  beforeEach(() => writeFileSync(join(place, 'run.json'), '{}'))

  it('is locked until it is released', () => {
    const folder = reopen()
    expect(readFileSync(lock(), 'utf8')).toBe(String(process.pid))
    folder.release()
    expect(existsSync(lock())).toBe(false)
  })

  it.each([
    ['this process, which has not locked it', String(process.pid)],
    ['no process', '0'],
    ['a process that was stopped before it could write its number', ''],
    ['something else', 'not a number'],
  ])('is taken over from %s', (_, owner) => {
    writeFileSync(lock(), owner)
    expect(reopen().path).toBe(place)
    expect(readFileSync(lock(), 'utf8')).toBe(String(process.pid))
  })

  it('is refused while another process writes it, in a line that names the lock, which stays', () => {
    const owner = String(process.ppid)
    writeFileSync(lock(), owner)
    expect(refusal(place, reopen)).toBe(`--resume ${place}: run.lock says: process ${owner} is still writing this run`)
    expect(readFileSync(lock(), 'utf8')).toBe(owner)
  })

  it('is refused if it is none', () => {
    rmSync(join(place, 'run.json'))
    expect(refusal(place, reopen)).toMatch(/expected the folder of a run; it has no run\.json$/)
  })
})

describe('a JSON file', () => {
  it('holds the value on many lines for an editor or on one for programs, and ends its last line', () => {
    const file = join(place, 'value.json')
    const value = { cores: 2, caches: [32, 512] }
    writeJson(file, value)
    expect(readFileSync(file, 'utf8')).toBe(`${JSON.stringify(value, null, 2)}\n`)
    writeJson(file, value, true)
    expect(readFileSync(file, 'utf8')).toBe('{"cores":2,"caches":[32,512]}\n')
  })
})
