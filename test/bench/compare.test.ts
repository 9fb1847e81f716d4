import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rowsIn, start } from './program.ts'
import { makeRun, serials } from '../report/compare/made-up.ts'

const folder = mkdtempSync(join(tmpdir(), 'compare-bench-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const compare = (...args: string[]) => start('main', ['compare', ...args])

const BLOCKS = [100e3, 101e3, 102e3, 103e3, 104e3]
const before = makeRun(join(folder, 'before'), serials(BLOCKS))
const after = makeRun(join(folder, 'after'), serials(BLOCKS.map((ns) => 1.2 * ns)))
const noisy = makeRun(join(folder, 'noisy'), serials([90e3, 95e3, 105e3, 110e3, 130e3]))
const layer = { cell: 'layer-2', blocks: BLOCKS, fields: { mode: 'layer', threads: 2 } }
const more = makeRun(join(folder, 'more'), [...serials(BLOCKS), layer])
const otherWork = makeRun(join(folder, 'other-work'), serials(BLOCKS, { batch: 32 }))

describe('the command compare', () => {
  it('says of a run and itself that they are equal', async () => {
    const { code, stdout } = await compare(before, before)
    expect(code).toBe(0)
    expect(stdout).toContain('Of 1 cell: 1 equal within 3 %.')
  })

  it('says what differs and by how much, and writes the rows', async () => {
    const csv = join(folder, 'compared.csv')
    const { code, stdout } = await compare(before, after, '--csv', csv)
    expect(code).toBe(0)
    expect(stdout).toContain('B is slower than A in 1 of 1 cell: 1.200 (serial-1) times the step.')
    const rows = rowsIn(csv)
    expect(rows.map(({ run_id: id, status }) => [id, status])).toEqual([
      ['before', 'first'],
      ['after', 'compared'],
    ])
    expect((await compare(before, before, '--csv', csv)).code).toBe(0)
  })

  it('is a gate that fails above a limit, with code 1 and the cell', async () => {
    const failed = await compare(before, after, '--fail-above', '5%')
    expect(failed.code).toBe(1)
    expect(failed.stdout).toContain('gate: failed: serial-1 in B: 1.200 [')
    const passed = await compare(before, after, '--fail-above', '25%')
    expect(passed.code).toBe(0)
    expect(passed.stdout).toContain('gate: passed')
  })

  it.each([
    ['may be slower by more', before, noisy],
    ['was not measured again', more, before],
  ])('is a gate that ends with code 3 where a cell %s, unless that is allowed', async (_, first, other) => {
    const unknown = await compare(first, other, '--fail-above', '5%')
    expect(unknown.code).toBe(3)
    expect(unknown.stdout).toContain('gate: not known')
    const allowed = await compare(first, other, '--fail-above', '5%', '--allow-unknown')
    expect(allowed.code).toBe(0)
    expect(allowed.stdout).toContain('gate: passed, though 1 of')
  })

  it('refuses other work with its reason, and ends with code 1 if nothing is left', async () => {
    const { code, stdout } = await compare(before, otherWork)
    expect(code).toBe(1)
    expect(stdout).toContain('refused in B, batch 32, in A 64: serial-1')
  })

  it('compares real runs of two kernels, marked as such', async () => {
    const runs: string[] = []
    for (const kernel of ['js', 'simd']) {
      const out = join(folder, kernel)
      const options = ['--kernel', kernel, '--layers', '16-32-4', '--modes', 'layer', '--threads', '1']
      expect((await start('main', [...options, '--quick', '--steps', '3', '--out', out])).code).toBe(0)
      runs.push(out)
    }
    const { code, stdout } = await compare(...runs, '--wide')
    expect(code).toBe(0)
    expect(stdout).toContain('marked kernel: simd in B, js in A')
    expect(stdout).toMatch(/^│ layer-1 .*│ kernel +│$/m)
    expect(stdout).not.toContain('refused')
  })

  it('fits 80 columns, and names the machines', async () => {
    const { stdout } = await compare(before, after)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(stdout).toMatch(/^A: made up, Node 20\.0, fma, noise 1\.0 %:/)
  })

  it('prints JSON or Markdown alone on standard output', async () => {
    const json = await compare(before, after, '--json')
    expect(JSON.parse(json.stdout)).toMatchObject([
      { cell: 'serial-1', run: 'A', status: 'first', ratio: null },
      { cell: 'serial-1', run: 'B', status: 'compared', differs: true, batch: 64 },
    ])
    expect(json.stderr).toContain('B is slower than A')
    const markdown = await compare(before, after, '--markdown')
    expect(markdown.stdout.split('\n')).toEqual([
      expect.stringMatching(/^\| cell \| step A \(made up, Node 20\.0, fma\) \| step B .*\| marks \|$/),
      expect.stringMatching(/^(\| --- )+\|$/),
      expect.stringMatching(/^\| serial-1 \| 102\.0 µs \| 122\.4 µs \| 1\.200 .*\|$/),
      '',
    ])
  })

  it('compares the cells of a pattern alone', async () => {
    const { code, stdout } = await compare(before, after, '--only', 'scaling:ser*')
    expect(code).toBe(0)
    expect(stdout).toContain('serial-1')
  })

  it.each([
    [
      'a pattern that matches nothing',
      [before, after, '--only', 'weak:*'],
      '--only weak:*: expected a pattern that matches a cell of scaling',
    ],
    ['no run', [], 'expected the folders of 2 to 26 runs, the one to compare with first; see compare --help'],
    ['one run', [before], 'expected the folders of 2 to 26 runs, the one to compare with first; see compare --help'],
    [
      'a wrong limit',
      [before, after, '--fail-above', 'much'],
      '--fail-above much: expected a share above 0% and up to 100%, like 2%',
    ],
    ['--allow-unknown alone', [before, after, '--allow-unknown'], '--allow-unknown: expected with --fail-above'],
    ['an unknown option', [before, after, '--frob'], "unknown option '--frob'; see --help"],
    ['a folder of no run', [before, folder], `${folder}: expected the folder of a run; it has no machine.json`],
    [
      'a file of something else',
      [before, after, '--csv', join(before, 'summary.csv')],
      `--csv ${join(before, 'summary.csv')}: expected a new file, or one that this command has written`,
    ],
  ])('answers %s with one line and code 2', async (_, args, message) => {
    const { code, stdout, stderr } = await compare(...args)
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `error: ${message}\n` })
    expect(existsSync(join(folder, 'summary.csv'))).toBe(false)
  })

  it('shows its help with examples', async () => {
    const { code, stdout } = await compare('--help')
    expect(code).toBe(0)
    expect(stdout).toContain('--fail-above')
    expect(stdout).toContain('thread-split compare results/before results/after --fail-above 5%')
  })
})
