import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rowsIn, start } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'resume-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SPLIT = ['--modes', 'data,pipeline', '--reduction', 'owner', '--schedule', '1f1b', '--threads', '1,2']
const RUN = ['--layers', '30-20-20-5', '--batch', '24', '--blocks', '2', '--steps', '4', ...SPLIT]

/** What a run that was not disturbed has: which steps were measured, what was predicted, and what came out. */
function contentsOf(out: string) {
  const of = (file: string, columns: readonly string[]) =>
    rowsIn(join(out, file)).map((row) => columns.map((column) => row[column]).join(' '))
  return {
    measured: of('samples.csv', ['cell', 'block', 'phase'])
      .filter((row) => row.endsWith('measured'))
      .toSorted(),
    blocks: of('blocks.csv', ['cell', 'block', 'steps']).toSorted(),
    ledger: of('ledger.csv', ['cell', 'block', 'rank', 'bucket']).toSorted(),
    predicted: of('predictions.csv', ['cell', 'layers', 'batch', 'status']),
    summary: of('summary.csv', ['cell', 'samples', 'weights_sha256', 'match', 'status']),
  }
}

describe('a run that is killed', () => {
  const undisturbed = join(folder, 'undisturbed')

  it('leaves files that can be read, and is finished with the rows of an undisturbed run', async () => {
    expect((await start('main', [...RUN, '--out', undisturbed])).code).toBe(0)
    const wanted = contentsOf(undisturbed)
    const moments = [/^calibrated/m, /block {2}1 {2}4\//, /block {2}2 {2}3\//]
    for (const [i, when] of moments.entries()) {
      const out = join(folder, `killed-${i}`)
      await start('main', [...RUN, '--out', out], { signal: 'SIGKILL', when })
      for (const file of ['samples.csv', 'blocks.csv', 'ledger.csv', 'predictions.csv']) {
        if (existsSync(join(out, file))) rowsIn(join(out, file))
      }
      // Killed before it had begun: there is nothing to finish.
      if (!existsSync(join(out, 'run.json'))) continue
      const { code, stderr } = await start('main', ['--resume', out])
      expect(stderr).toBe('')
      expect(code).toBe(0)
      expect(contentsOf(out)).toEqual(wanted)
    }
  })

  it('keeps what it has predicted before it was killed', async () => {
    const out = join(folder, 'predicted')
    await start('main', [...RUN, '--out', out], { signal: 'SIGKILL', when: /block {2}2 {2}1\// })
    const before = rowsIn(join(out, 'predictions.csv'))
    expect((await start('main', ['--resume', out])).code).toBe(0)
    expect(rowsIn(join(out, 'predictions.csv'))).toEqual(before)
    const [predicted] = rowsIn(join(out, 'summary.csv')).map((row) => row.predicted_ns)
    expect(predicted).toBe(before[0].predicted_ns)
  })

  it('is not resumed while it is still being written, nor if it is no run', async () => {
    const out = join(folder, 'written')
    const first = start('main', [...RUN, '--blocks', '5000', '--out', out], {
      signal: 'SIGINT',
      when: 5000,
    })
    while (!existsSync(join(out, 'samples.csv'))) await new Promise((resolve) => setTimeout(resolve, 50))
    const second = await start('main', ['--resume', out])
    expect(second.stderr).toMatch(/^error: --resume .*: process \d+ is still writing this run\n$/)
    expect(second.code).toBe(2)
    await first
    const none = await start('main', ['--resume', folder])
    expect(none.stderr).toMatch(/^error: --resume .*: expected the folder of a run; .*\n$/)
    expect(none.code).toBe(2)
  })
})
