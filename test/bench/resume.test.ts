import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { nameOf } from '../../bench/run/data.ts'
import { ownCheckout } from '../../src/measure/machine/machine.ts'
import { median } from '../../src/measure/statistics.ts'
import { launch, rowsIn, start, visited } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'resume-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SPLIT = ['--modes', 'data,pipeline', '--reduction', 'owner', '--schedule', '1f1b', '--threads', '1,2']
const RUN = ['--layers', '30-20-20-5', '--batch', '24', '--blocks', '2', '--steps', '4', ...SPLIT]
/** Serial, two of each mode, and serial again. */
const CELLS = 6

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
    predicted: of('predictions.csv', ['cell', 'layers', 'batch', 'block', 'status']),
    summary: of('summary.csv', ['cell', 'samples', 'weights_sha256', 'match', 'status']),
  }
}

describe('a run that is killed', () => {
  it('leaves files that can be read, and is finished with the rows of an undisturbed run', async () => {
    const undisturbed = join(folder, 'undisturbed')
    expect((await start('main', [...RUN, '--out', undisturbed])).code).toBe(0)
    const wanted = contentsOf(undisturbed)
    const moments = [
      (out: string) => () => existsSync(join(out, 'run.json')),
      (out: string) => () => existsSync(join(out, 'predictions.csv')),
      (out: string) => visited(out, 4),
      (out: string) => visited(out, CELLS + 3),
    ]
    for (const [i, moment] of moments.entries()) {
      const out = join(folder, `killed-${i}`)
      await start('main', [...RUN, '--out', out], { signal: 'SIGKILL', when: moment(out) })
      for (const file of ['samples.csv', 'blocks.csv', 'ledger.csv', 'predictions.csv']) {
        if (existsSync(join(out, file))) rowsIn(join(out, file))
      }
      const { code, stderr } = await start('main', ['--resume', out])
      expect(stderr).toBe('')
      expect(code).toBe(0)
      expect(contentsOf(out)).toEqual(wanted)
    }
  })

  it('keeps what it has predicted before it was killed', async () => {
    const out = join(folder, 'predicted')
    await start('main', [...RUN, '--out', out], { signal: 'SIGKILL', when: visited(out, CELLS + 1) })
    const before = rowsIn(join(out, 'predictions.csv'))
    expect((await start('main', ['--resume', out])).code).toBe(0)
    expect(rowsIn(join(out, 'predictions.csv')).slice(0, before.length)).toEqual(before)
    const serial = rowsIn(join(out, 'predictions.csv')).filter(({ cell }) => cell === before[0].cell)
    const [predicted] = rowsIn(join(out, 'summary.csv')).map((row) => Number(row.predicted_ns))
    expect(predicted).toBeCloseTo(median(serial.map((row) => Number(row.predicted_ns))), -1)
  })
})

/** Changes a JSON file of a run. */
function edit<T extends object>(file: string, change: (value: T) => Partial<T>): void {
  const value = JSON.parse(readFileSync(file, 'utf8')) as T
  writeFileSync(file, JSON.stringify({ ...value, ...change(value) }))
}

interface RunJson {
  readonly args: readonly string[]
  readonly node: string
  readonly commit: string | null
  readonly kernel: string | undefined
  readonly arithmetic: string
  readonly dataset: string
}

/** The arithmetic of other kernels than js has a limit, by which a busy machine may fail the run. */
const begin = (out: string, visits: number) =>
  start('main', [...RUN, '--kernel', 'js', '--out', out], { signal: 'SIGKILL', when: visited(out, visits) })

describe('a run that goes on', () => {
  it('keeps the kernel with which it began, though nobody named it then', async () => {
    const out = join(folder, 'kernel')
    await begin(out, CELLS + 1)
    // As if nobody had named it: on most machines another one is faster.
    edit<RunJson>(join(out, 'run.json'), ({ args }) => ({ args: args.filter((word) => !/^(--kernel|js)$/.test(word)) }))
    expect(await start('main', ['--resume', out])).toMatchObject({ code: 0, stderr: '' })
    for (const file of ['samples.csv', 'summary.csv']) {
      const computed = rowsIn(join(out, file)).map(({ kernel, arithmetic }) => `${kernel} ${arithmetic}`)
      expect(new Set(computed)).toEqual(new Set(['js f32']))
    }
  })

  it('leaves the machine described as it was when the run began, and adds to its warnings', async () => {
    const out = join(folder, 'machine')
    await begin(out, 1)
    const [run, machine] = ['run.json', 'machine.json'].map((name) => join(out, name))
    expect(JSON.parse(readFileSync(run, 'utf8'))).toMatchObject({
      node: process.version,
      commit: (await ownCheckout())?.commit ?? null,
      kernel: 'js',
      arithmetic: 'f32',
      dataset: 'synthetic',
    })
    const first = { cpu: 'the first', loadAverage: [9, 9, 9], loadBefore: [8, 8, 8] }
    edit(machine, () => ({ ...first, warnings: ['a warning of the first part'] }))
    expect((await start('main', ['--resume', out])).code).toBe(0)
    const { warnings, ...described } = JSON.parse(readFileSync(machine, 'utf8')) as { readonly warnings: string[] }
    expect(described).toMatchObject(first)
    expect(warnings[0]).toBe('a warning of the first part')
  })
})

/** What `--resume` of a folder is refused with. */
async function refusalOf(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await start('main', ['--resume', ...args])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  return stderr
}

describe('a run is not resumed', () => {
  it('while it is still being written', async () => {
    const out = join(folder, 'written')
    const first = launch('main', [...RUN, '--blocks', '5000', '--out', out])
    await first.until(() => existsSync(join(out, 'samples.csv')))
    // The second says which kernel it runs before it finds the folder taken.
    const { code, stderr } = await start('main', ['--resume', out])
    expect(stderr).toMatch(/^error: --resume .*: process \d+ is still writing this run\n$/)
    expect(code).toBe(2)
    first.kill('SIGINT')
    await first.ended
  })

  it('where there is none', async () => {
    expect(await refusalOf(folder)).toMatch(/^error: --resume .*: expected the folder of a run; .*\n$/)
  })

  it.each([
    ['train', ['train', '--epochs', '1']],
    ['kernels', ['kernels', '--quick']],
    ['handoff', ['handoff', '--quick']],
  ])('where %s has written it', async (name, args) => {
    const out = join(folder, name)
    mkdirSync(out)
    writeFileSync(join(out, 'run.json'), JSON.stringify({ args, node: process.version }))
    expect(await refusalOf(out)).toBe(
      `error: --resume ${out}: expected the run of an experiment; a run of ${name} cannot go on\n`,
    )
  })

  it('where the command itself has written a run that is over', async () => {
    const out = join(folder, 'trained')
    expect((await start('main', ['train', '--epochs', '1', '--out', out])).code).toBe(0)
    expect(await refusalOf(out)).toBe(
      `error: --resume ${out}: expected the run of an experiment; a run of train cannot go on\n`,
    )
  })

  it.each([['--modes', 'data'], ['--seed', '3'], ['--blocks', '2'], ['--dry-run'], ['--out', 'elsewhere']])(
    'with another option beside it: %s',
    async (...option) => {
      expect(await refusalOf('somewhere', ...option.filter((word) => word !== undefined))).toBe(
        'error: --resume somewhere: expected without other options; the run goes on with those that it began with\n',
      )
    },
  )
})

describe('a run is not resumed', async () => {
  const out = join(folder, 'begun')
  const data = join(folder, 'points.csv')
  mkdirSync(out)
  writeFileSync(data, Array.from({ length: 200 }, (_, i) => `${i % 7},${(i * 3) % 11},${i % 2}`).join('\n'))
  const checkout = await ownCheckout()
  const begun: RunJson = {
    args: ['--modes', 'serial', '--dataset', data, '--blocks', '1', '--steps', '4'],
    node: process.version,
    commit: checkout?.commit ?? null,
    kernel: 'js',
    arithmetic: 'f32',
    dataset: nameOf(data),
  }

  async function refused(saved: Partial<RunJson>): Promise<string> {
    writeFileSync(join(out, 'run.json'), JSON.stringify({ ...begun, ...saved }))
    const { code, stderr } = await start('main', ['--resume', out])
    expect(code).toBe(2)
    return stderr
  }
  const expected = (what: string, began: string, now: string) =>
    `error: --resume ${out}: expected ${what} ${began}, with which it began; this is ${now}\n`

  it('by another Node', async () => {
    expect(await refused({ node: 'v1.2.3' })).toBe(expected('Node', 'v1.2.3', process.version))
  })

  it.skipIf(checkout === null)('by another version of the program', async () => {
    const commit = '0123456789'.repeat(4)
    expect(await refused({ commit })).toBe(expected('commit', commit, checkout!.commit))
  })

  it('where its kernel computes in another arithmetic', async () => {
    expect(await refused({ arithmetic: 'fma' })).toBe(expected('arithmetic', 'fma', 'f32'))
  })

  it('where nobody noted its kernel', async () => {
    const reason = 'its run.json does not name the kernel with which it began; an older version wrote it'
    expect(await refused({ kernel: undefined })).toBe(`error: --resume ${out}: ${reason}\n`)
  })

  it('where its data have changed', async () => {
    appendFileSync(data, '\n1,2,0\n')
    expect(await refused({})).toBe(expected('data', begun.dataset, nameOf(data)))
    expect(nameOf(data)).not.toBe(begun.dataset)
  })
})
