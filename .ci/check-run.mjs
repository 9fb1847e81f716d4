// Checks the files of one or more runs: node .ci/check-run.mjs DIR [DIR…]
// Several runs (of the same options, say under two versions of Node) must also agree in their exact weights, as far as
// their kernels compute in the same arithmetic.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { SERIAL_AGAIN } from '../dist/src/cells/cell.js'
import { FILES } from '../dist/src/report/rows/index.js'

const MACHINE = ['cpu', 'logicalCores', 'availableCores', 'memoryBytes', 'operatingSystem', 'node', 'v8', 'git']
/** What a quick run must have a row of: a mode with a schedule or a reduction, and how it must compare with serial. */
const MODES = [
  ['serial', '', 'exact'],
  ['data', 'direct', 'close'],
  ['data', 'owner', 'exact'],
  ['layer', '', 'exact'],
  ['pipeline', 'gpipe', 'exact'],
  ['pipeline', '1f1b', 'exact'],
  ['pipeline', 'zero-bubble', 'exact'],
  ['tensor', '', 'exact'],
]
const USES = ['weights', 'gradients', 'optimizer-state', 'activations', 'packed', 'batch']

const problems = []
/** Notes what does not hold, and goes on: one run of this shows all that is wrong. */
const expect = (holds, problem) => holds || problems.push(problem)

const folders = process.argv.slice(2)
expect(folders.length > 0, 'usage: node .ci/check-run.mjs DIR [DIR…]')
const runs = folders.map(checkRun)
for (const arithmetic of new Set(runs.map((run) => run?.arithmetic))) {
  const hashes = new Set(runs.filter((run) => run?.arithmetic === arithmetic).map((run) => run?.hash))
  expect(hashes.size === 1, `the exact weights of the runs differ in ${arithmetic}: ${[...hashes].join(', ')}`)
}
for (const problem of problems) console.error(`check-run: ${problem}`)
process.exitCode = problems.length > 0 ? 1 : 0

/** Returns the weights_sha256 of the exact rows and the arithmetic they come of; undefined if a file is missing. */
function checkRun(folder) {
  const machine = readJson(folder, 'machine.json')
  const trace = readJson(folder, 'trace.json')
  const summary = readCsv(folder, 'summary.csv')
  const samples = readCsv(folder, 'samples.csv')
  const ledger = readCsv(folder, 'ledger.csv')
  const memory = readCsv(folder, 'memory.csv')
  const blocks = readCsv(folder, 'blocks.csv')
  const predictions = readCsv(folder, 'predictions.csv')
  const calibration = readCsv(folder, 'calibration.csv')
  const all = [machine, trace, summary, samples, ledger, memory, blocks, predictions, calibration]
  if (!all.every(Boolean)) return undefined

  for (const key of MACHINE) expect(key in machine, `${folder}/machine.json: no ${key}`)
  checkModes(`${folder}/summary.csv`, summary, machine.availableCores)
  for (const row of summary) {
    const where = `${folder}, cell ${row.cell}`
    checkCell(where, row)
    checkSamples(where, row, samples.filter(sameCell(row)))
    checkLedger(where, row, ledger.filter(sameCell(row)))
    expect(blocks.some(sameCell(row)), `${where}: no row in blocks.csv`)
    const predicted = predictions.filter(sameCell(row))
    const measured = blocks.filter(sameCell(row)).length
    expect(predicted.length === measured, `${where}: ${predicted.length} predictions of ${measured} sessions`)
    expect(
      predicted.every((each) => Number(each.predicted_ns) > 0),
      `${where}: a session without a prediction`,
    )
    if (row.cell !== SERIAL_AGAIN) checkMemory(where, row, memory.filter(sameCell(row)))
  }
  expect(samples.every(isOk), `${folder}/samples.csv: a status is not ok`)
  checkTrace(`${folder}/trace.json`, trace, summary)

  const exact = new Set(summary.filter((row) => row.match === 'exact').map((row) => row.weights_sha256))
  expect(exact.size === 1, `${folder}/summary.csv: the exact rows have ${exact.size} different weights_sha256`)
  const [hash] = exact
  const [{ kernel, arithmetic }] = summary
  console.log(
    `${folder}: ${summary.length} cells, ${samples.length} samples, Node ${machine.node}, ${kernel}, weights ${hash}`,
  )
  return { hash, arithmetic }
}

function checkModes(where, summary, cores) {
  for (const [mode, kind, match] of MODES) {
    const rows = summary.filter((row) => row.mode === mode && [row.schedule, row.reduction].includes(kind))
    expect(rows.length > 0, `${where}: no row for ${mode} ${kind}`)
    const split = mode === 'serial' || cores < 2 || rows.some((row) => row.threads === '2')
    expect(split, `${where}: no row at 2 threads for ${mode} ${kind}`)
    for (const row of rows) {
      // One replica adds nothing to its gradients.
      const expected = row.dp === '1' ? 'exact' : match
      expect(row.match === expected, `${where}: ${row.cell} is '${row.match}', not ${expected}`)
    }
  }
}

function checkCell(where, row) {
  expect(['exact', 'close'].includes(row.match), `${where}: match is '${row.match}'`)
  expect(isOk(row), `${where}: status is '${row.status}', not ok`)
  expect(/^[0-9a-f]{64}$/.test(row.weights_sha256), `${where}: weights_sha256 is '${row.weights_sha256}'`)
  const positive = ['median_ns', 'samples_per_second', 'gflops', 'speedup', 'efficiency', 'critical_path_ns']
  for (const column of positive) expect(Number(row[column]) > 0, `${where}: ${column} is '${row[column]}'`)
}

/** What is owned and shared sums to what the summary says is allocated. */
function checkMemory(where, row, memory) {
  const owners = new Set(memory.map(({ owner }) => owner))
  expect(owners.size === Number(row.threads) + 1, `${where}: ${owners.size} owners in memory.csv`)
  const of = (use) => memory.filter((entry) => entry.use === use)
  const bytes = (use) => of(use).reduce((sum, entry) => sum + Number(entry.bytes), 0)
  for (const use of USES) expect(of(use).length === owners.size, `${where}: not every owner has ${use} in memory.csv`)
  for (const use of USES.filter((each) => each !== 'batch')) {
    const column = `bytes_${use.replace('-', '_')}`
    expect(
      bytes(use) === Number(row[column]),
      `${where}: memory.csv has ${bytes(use)} B of ${use}, summary.csv ${row[column]}`,
    )
  }
}

function checkSamples(where, row, samples) {
  const measured = samples.filter((sample) => sample.phase === 'measured')
  expect(measured.length > 0, `${where}: no measured step`)
  const count = Number(row.samples)
  expect(measured.length === count, `${where}: ${measured.length} measured steps, ${count} in the summary`)
  expect(
    measured.every((sample) => Number(sample.wall_ns) > 0),
    `${where}: a step without a time`,
  )
}

/** Each block is a session of its own, with new threads: one of each rank. */
function checkLedger(where, row, ledger) {
  const threads = Number(row.threads)
  const blocks = new Set(ledger.map(({ block }) => block))
  expect(blocks.size > 0, `${where}: nothing in ledger.csv`)
  for (const block of blocks) {
    const entries = ledger.filter((entry) => entry.block === block)
    for (const column of ['rank', 'thread_id']) {
      const different = new Set(entries.map((entry) => entry[column])).size
      expect(different === threads, `${where}: ${different} different ${column} in block ${block}, ${threads} threads`)
    }
  }
  expect(
    ledger.every((entry) => entry.ns !== '' && Number(entry.ns) >= 0),
    `${where}: a ledger entry without a time`,
  )
}

function checkTrace(where, trace, summary) {
  const events = Array.isArray(trace.traceEvents) ? trace.traceEvents : []
  const has = (phase) => events.some((event) => event.ph === phase)
  expect(
    events.some((event) => event.ph === 'M' && event.name === 'thread_name'),
    `${where}: no thread name`,
  )
  expect(has('X') || has('B'), `${where}: no span`)
  const handsOver = summary.some((row) => Number(row.pp) > 1)
  expect(!handsOver || (has('s') && has('f')), `${where}: no arrow for a handoff`)
}

function readCsv(folder, name) {
  const [header, ...rows] = read(folder, name, parse) ?? []
  if (header === undefined) return undefined
  const missing = FILES[name].map(([column]) => column).filter((column) => !header.includes(column))
  expect(missing.length === 0, `${folder}/${name}: without ${missing.join(', ')}`)
  expect(rows.length > 0, `${folder}/${name}: no rows`)
  return rows.map((row) => Object.fromEntries(header.map((column, i) => [column, row[i]])))
}

function readJson(folder, name) {
  return read(folder, name, JSON.parse)
}

/** The parsed file; undefined, and a problem, if it is missing, empty or broken. */
function read(folder, name, parseText) {
  try {
    const text = readFileSync(join(folder, name), 'utf8')
    expect(text !== '', `${folder}/${name}: empty`)
    return text === '' ? undefined : parseText(text)
  } catch (error) {
    expect(false, `${folder}/${name}: ${error.message}`)
    return undefined
  }
}

function isOk(row) {
  return row.status === 'ok'
}

function sameCell(row) {
  return (other) => other.cell === row.cell
}
