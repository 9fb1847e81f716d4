import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const DOCUMENTS = ['README.md', 'bench/README.md', 'results/README.md', 'src/README.md', 'src/kernels/README.md']

const run = (...words: readonly string[]) => spawnSync(process.execPath, words, { encoding: 'utf8' })

it('tables and measured numbers of the documents are those that `npm run docs` makes', () => {
  const { status, stderr } = run('.ci/docs.mjs', '--check')
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

it('a measured number that is not that of the reference run is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'documents-'))
  try {
    for (const file of DOCUMENTS) cpSync(file, join(folder, file))
    const changed = join(folder, 'README.md')
    const text = readFileSync(changed, 'utf8')
    const interval = /\d\.\d\d \[/.exec(text)![0]
    writeFileSync(changed, text.replace(interval, interval.replace(/^\d/, '9')))
    const { status, stderr } = run('.ci/docs.mjs', '--check', '--documents', folder)
    expect(stderr).toContain('README.md: its tables or measured numbers are stale')
    expect(status).toBe(1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

/** An interval, a time, a rate, or a share that is too exact for a round figure. */
const MEASURED = /\d \[[−\d]|\d\.\d+ ?(?:ns|µs|ms|GB\/s)\b|\d GFLOP\/s|\d\.\d %/

it.each(DOCUMENTS)('%s holds measured numbers only where they are generated', (file) => {
  const written = readFileSync(file, 'utf8')
    .replaceAll(/<!-- (?:table|measured|output): .+ -->[^]*?<!-- end -->/g, '')
    .replaceAll(/^```[^]*?^```/gm, '')
    .split('\n')
  expect(written.filter((line) => MEASURED.test(line))).toEqual([])
})

it('the protocol of the reference takes less than 20 minutes', () => {
  const { status, stdout } = run('.ci/reference.mjs', '--dry-run')
  expect(status).toBe(0)
  expect(stdout).toContain('npm run bench -- all')
  expect(Number(/about (\d+) minutes/.exec(stdout)![1])).toBeLessThan(20)
})
