import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('../../build.js', import.meta.url))
const project = mkdtempSync(join(tmpdir(), 'build-'))
afterAll(() => rmSync(project, { recursive: true, force: true }))

const at = (path: string) => join(project, path)
const write = (path: string, text: string) => {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), text)
}
const build = () => spawnSync(process.execPath, [script], { cwd: project, encoding: 'utf8' })
const stampTime = () => statSync(at('dist/build.json')).mtimeMs

const COMPILER_OPTIONS = { target: 'es2023', module: 'nodenext', rootDir: '.', outDir: 'dist', types: [] }
const MAIN = 'export const answer: number = 42\n'

describe('build.js', () => {
  beforeEach(() => {
    rmSync(project, { recursive: true })
    write('package.json', '{ "type": "module" }')
    write('tsconfig.json', JSON.stringify({ compilerOptions: COMPILER_OPTIONS }))
    write('src/kernels/wasm/assemble.ts', 'export {}\n')
    write('bench/main.ts', MAIN)
    write('test/old.test.ts', 'export {}\n')
    expect(build()).toMatchObject({ status: 0, stdout: '', stderr: '' })
  }, 60_000)

  it('does nothing when nothing has changed', () => {
    const before = stampTime()
    expect(build()).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(stampTime()).toBe(before)
  })

  it('compiles a changed source', () => {
    write('bench/main.ts', MAIN.replace('42', '43'))
    build()
    expect(readFileSync(at('dist/bench/main.js'), 'utf8')).toContain('43')
  })

  it.each(['deleted', 'overwritten'])('restores an output that was %s', (what) => {
    const output = at('dist/bench/main.js')
    const before = readFileSync(output, 'utf8')
    if (what === 'deleted') rmSync(output)
    else writeFileSync(output, 'throw new Error()')
    build()
    expect(readFileSync(output, 'utf8')).toBe(before)
  })

  it('removes the output of a moved test, so that vitest does not run it', () => {
    mkdirSync(at('test/bench'))
    renameSync(at('test/old.test.ts'), at('test/bench/new.test.ts'))
    build()
    expect(existsSync(at('dist/test/old.test.js'))).toBe(false)
    expect(existsSync(at('dist/test/bench/new.test.js'))).toBe(true)
  })

  it('fails on a type error, each time until it is mended', () => {
    write('bench/main.ts', MAIN.replace('42', "'42'"))
    for (const attempt of [1, 2]) {
      expect(build().status, `attempt ${attempt}`).not.toBe(0)
    }
    write('bench/main.ts', MAIN)
    expect(build().status).toBe(0)
  })
})
