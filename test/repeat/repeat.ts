import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { percent } from '../../src/report/text/format.ts'
import { median } from '../../src/measure/statistics.ts'
import { compareRuns, ratiosOf } from '../../src/report/compare/compare.ts'
import { estimateIn, readRun, type ComparedRun, type Estimate, type RunRow } from '../../src/report/compare/run.ts'

// Does a run hold when it is repeated? Runs the benchmark again and again, every other time beside a bursty load, and
// counts in how many cells neighbours are called different, and how often an interval holds the median of all runs.
//
//   node dist/test/repeat/repeat.js FOLDER RUNS [--quick …]
//
// Runs that the folder already has are kept. What it finds is written to FOLDER/repeat.json.

const [folder, count, ...options] = process.argv.slice(2)
if (count === undefined) throw new Error('expected a folder and the number of runs')
const program = fileURLToPath(new URL('../../bench/main.js', import.meta.url))
const load = fileURLToPath(new URL('bursts.js', import.meta.url))

mkdirSync(folder, { recursive: true })
const runs = Array.from({ length: Number(count) }, (_, i) => {
  const out = resolve(folder, String(i))
  const isLoaded = i % 2 === 1
  if (!existsSync(join(out, 'summary.csv'))) {
    const busy = isLoaded ? spawn(process.execPath, [load], { stdio: 'ignore' }) : undefined
    const { status } = spawnSync(process.execPath, [program, ...options, '--out', out], { stdio: 'ignore' })
    busy?.kill()
    console.log(`run ${i}${isLoaded ? ', beside a load' : ''}: exit code ${status}`)
  }
  return readRun(out, 'A')
})

/** Of neighbours: cells that are called different, of those compared. */
const neighbours = runs.slice(1).map((run, i) => {
  const found = ratiosOf(compareRuns([runs[i], { ...run, letter: 'B' }]), 1)
  return {
    all: found.length,
    different: found.filter(({ against }) => against.verdict === 'slower' || against.verdict === 'faster').length,
  }
})
const [all, different] = (['all', 'different'] as const).map((key) =>
  neighbours.reduce((total, pair) => total + pair[key], 0),
)
const results = [
  { what: 'cells that differ from the run before', part: different, whole: all },
  ...['all runs', 'all runs without a load', 'all runs beside a load'].flatMap((which, i) => {
    const of = runs.filter((_, run) => i === 0 || run % 2 === i - 1)
    return [
      { what: `intervals of speed-ups that hold the median of ${which}`, ...coverage(of, speedupIn) },
      { what: `intervals of step times that hold the median of ${which}`, ...coverage(of, stepIn) },
    ]
  }),
]
for (const { what, part, whole } of results) console.log(`${what}: ${part} of ${whole} (${percent(part / whole, 1)})`)
const [{ machine }] = runs
const disturbed = runs.filter(({ machine: { warnings = [] } }) => warnings.length > 0).length
writeFileSync(
  join(folder, 'repeat.json'),
  `${JSON.stringify({ runs: runs.length, options, disturbed, machine, results }, null, 2)}\n`,
)

function speedupIn({ fields }: RunRow): Estimate | undefined {
  return estimateIn(fields, 'speedup', 'speedup_')
}

function stepIn({ fields }: RunRow): Estimate {
  const [value, low, high] = ['median_ns', 'ci_low_ns', 'ci_high_ns'].map((column) => Number(fields[column]))
  return { value, interval: { low, high } }
}

/** In how many cells and runs the interval holds the median of all runs. */
function coverage(of: readonly ComparedRun[], estimateOf: (row: RunRow) => Estimate | undefined) {
  const cells = of[0].rows.filter(({ fields }) => fields.cell !== 'serial-1').map(({ fields }) => fields.cell)
  const held = cells.flatMap((cell) => {
    const estimates = of.flatMap(({ rows }) => {
      const row = rows.find(({ fields }) => fields.cell === cell)
      const estimate = row && estimateOf(row)
      return estimate?.interval ? [{ value: estimate.value, ...estimate.interval }] : []
    })
    const middle = median(estimates.map(({ value }) => value))
    return estimates.map(({ low, high }) => low <= middle && middle <= high)
  })
  return { part: held.filter(Boolean).length, whole: held.length }
}
