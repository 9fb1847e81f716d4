// Measures the reference of this machine and Node by the protocol, and writes the documents' numbers from it:
//   npm run reference                           into a new folder in results
//   npm run reference -- --replace              in place of this machine's earlier reference
//   npm run reference -- --dry-run              shows the protocol and its time, and measures nothing
//   npm run reference -- --rehearse FOLDER      quickly, into FOLDER, with the documents beside it
import { execSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from '../dist/src/measure/machine/machine.js'
import { DOCUMENTS } from './docs/documents.mjs'
import { folderNameOf, nodeOf, PROTOCOL } from './protocol.mjs'

const WRONG_INPUT = 2
/** A command that ends with this has found a wrong cell or an impossible time: a result, which is kept. */
const FOUND_FAILURE = 1

const options = parseArgs({
  options: { replace: { type: 'boolean' }, 'dry-run': { type: 'boolean' }, rehearse: { type: 'string' } },
}).values
const { replace = false, 'dry-run': dryRun = false, rehearse } = options
const results = rehearse ?? 'results'
const machine = await describeMachine()
const name = folderNameOf(machine)
const folder = join(results, name)

if (dryRun) showProtocol()
else if (existsSync(folder) && !replace) {
  console.error(`${folder} exists: a reference is not measured again for better numbers; --replace replaces it`)
  process.exitCode = WRONG_INPUT
} else {
  await makeReference().catch((error) => {
    console.error(`error: ${error.message}`)
    process.exitCode = 1
  })
}

function showProtocol() {
  for (const { words, folder: own, seconds } of PROTOCOL) {
    console.log(`${String(seconds).padStart(5)} s  ${commandOf(words)}  → ${join(folder, own)}`)
  }
  const minutes = PROTOCOL.reduce((sum, { seconds }) => sum + seconds, 0) / 60
  console.log(
    `about ${minutes.toFixed(0)} minutes${existsSync(folder) ? `; ${folder} exists, so --replace is needed` : ''}`,
  )
}

function commandOf(words) {
  return ['npm run bench --', ...words].join(' ')
}

async function makeReference() {
  // In a folder that git ignores: files that it saw would make the checkout of the runs that follow look changed.
  const staging = join(results, 'unfinished-reference')
  rmSync(staging, { recursive: true, force: true })
  mkdirSync(staging, { recursive: true })
  const runs = []
  for (const [i, entry] of PROTOCOL.entries()) {
    console.log(`[${i + 1}/${PROTOCOL.length}] ${commandOf(entry.words)}, about ${entry.seconds} s`)
    runs.push(await measure(entry, staging))
  }
  writeJson(join(staging, 'protocol.json'), { runs })
  if (replace) rmSync(folder, { recursive: true, force: true })
  renameSync(staging, folder)
  const index = join(results, 'reference.json')
  const known = existsSync(index) ? JSON.parse(readFileSync(index, 'utf8')).folders : {}
  writeJson(index, { folders: { ...known, [nodeOf(machine)]: name } })
  console.log(`${folder}; now the documents`)
  if (rehearse === undefined) execSync('npm run docs', { stdio: 'inherit' })
  else rehearseDocuments()
}

function rehearseDocuments() {
  for (const file of DOCUMENTS) cpSync(file, join(rehearse, file))
  execSync(`node .ci/docs.mjs --documents "${rehearse}" --results "${rehearse}"`, { stdio: 'inherit' })
}

/** Runs a command of the protocol once. What it prints is kept beside its files. */
async function measure({ folder: own, words, drops, beside }, staging) {
  const out = join(staging, own)
  const quick = rehearse === undefined ? [] : ['--quick']
  const load =
    beside === 'load' ? spawn(process.execPath, ['dist/test/repeat/bursts.js'], { stdio: 'ignore' }) : undefined
  const begun = performance.now()
  const child = spawn(process.execPath, ['dist/bench/main.js', ...words, ...quick, '--out', out], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (printed += text))
  const [exitCode] = await once(child, 'close')
  load?.kill()
  const seconds = Math.round((performance.now() - begun) / 1000)
  if (exitCode !== 0 && exitCode !== FOUND_FAILURE) {
    throw new Error(`${commandOf(words)} ended with ${exitCode ?? 'a signal'}: there is no reference`)
  }
  console.log(
    `  took ${seconds} s${exitCode === 0 ? '' : `, and ended with exit code ${exitCode}, which the reference tells`}`,
  )
  const shown = [resolve(out), out].reduce((text, path) => text.replaceAll(path, join(folder, own)), printed)
  writeFileSync(join(out, 'screen.txt'), shown)
  for (const file of readdirSync(out).filter(drops)) rmSync(join(out, file), { recursive: true })
  return { folder: own, command: commandOf([...words, ...quick]), seconds, exitCode }
}

function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}
