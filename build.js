import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

// Builds dist/ before every command and returns at once if nothing has changed. An incremental tsc does not notice
// that an output is missing or was overwritten, and leaves the outputs of deleted sources, which vitest would run.
// Hence the stamp: a hash of the sources, and one of the paths and times of the outputs.

const ROOMS = ['src', 'bench', 'test']
const SETTINGS = ['build.js', 'package-lock.json', 'tsconfig.json']
const STAMP = join('dist', 'build.json')
const BUILD_INFO = join('dist', 'tsconfig.tsbuildinfo')

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()

const hash = (paths, describe) => {
  const all = createHash('sha256')
  for (const path of paths) all.update(`${path}\0`).update(describe(path)).update('\0')
  return all.digest('hex')
}
const outputs = () =>
  ROOMS.map((room) => join('dist', room))
    .filter(existsSync)
    .flatMap(filesIn)
const outputsNow = () => hash(outputs(), (path) => String(statSync(path).mtimeMs))

const sources = hash([...ROOMS.flatMap(filesIn), ...SETTINGS].filter(existsSync), readFileSync)
const stamp = existsSync(STAMP) ? JSON.parse(readFileSync(STAMP, 'utf8')) : {}
const outputsKept = stamp.outputs === outputsNow()

if (stamp.sources !== sources || !outputsKept) {
  if (!outputsKept) rmSync(BUILD_INFO, { force: true })
  for (const output of outputs()) {
    const source = output.slice('dist/'.length).replace(/\.js(\.map)?$/, '.ts')
    if (source.endsWith('.ts') && !existsSync(source)) rmSync(output)
  }
  const compiler = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')))
  const options = ['-p', '.', '--incremental', '--tsBuildInfoFile', BUILD_INFO]
  const { status } = spawnSync(process.execPath, [compiler, ...options], { stdio: 'inherit' })
  process.exitCode = status ?? 1
  if (status === 0) await import(pathToFileURL(resolve('dist/src/kernels/wasm/assemble.js')).href)
  writeFileSync(STAMP, JSON.stringify({ sources: status === 0 ? sources : '', outputs: outputsNow() }))
}
