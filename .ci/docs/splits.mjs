import { labelOf } from '../../dist/src/cells/labels.js'
import { MODELS } from '../../dist/src/cells/work.js'
import { groupBy } from '../../dist/src/measure/statistics.js'
import { formatDuration, percent } from '../../dist/src/report/text/format.js'
import { markdownTable } from '../../dist/src/report/text/markdown.js'
import { isAgain } from '../../dist/src/cells/cell.js'
import { paragraph, together } from './prose.mjs'
import { measuredBy, numberOf, sumOf } from './reference.mjs'
import { comparison, fastest, isResult, legendOf, speedupOf, verdicts } from './verdict.mjs'

/** Tables of splits, and what they show in words. */

const THREADS = '2'

/** Serial, and the splits on some threads. */
const splitsOn = (threads, rows) =>
  rows.filter((row) => (row.mode === 'serial' || row.threads === threads) && !isAgain(row.cell))

const waiting = (row) => percent(numberOf(row, 'bubble_fraction'))
const byPlan = (row) => percent(numberOf(row, 'bubble_fraction_ideal'))
const timed = (row, shown) => (row && isResult(row) ? shown(row) : '')
const stepOf = (row) => timed(row, () => formatDuration(numberOf(row, 'median_ns')))

/** The example: every split on two threads. */
export function splits(run) {
  const all = run.rows('summary.csv', 'scaling')
  const rows = splitsOn(THREADS, all)
  const [{ layers, batch }] = rows
  const table = markdownTable(
    ['split', 'step', 'speed-up', 'idle', 'match'],
    rows.map((row) => [labelOf(row), stepOf(row), speedupOf(row), timed(row, waiting), row.match]),
  )
  return together(
    paragraph(`One training step of a ${layers} network at batch ${batch} on two threads, ${measuredBy(run)}`),
    table,
    paragraph(legendOf(rows), dataSentence(run, rows), layerSentence(rows), pipelineSentence(rows), smallSentence(all)),
  )
}

/** A row that has a result; sentences about others are left out. */
const found = (rows, ...conditions) =>
  rows.filter(isResult).find((row) => conditions.every(([column, value]) => row[column] === value))

function dataSentence(run, rows) {
  const [replicas, shared] = ['direct', 'owner'].map((reduction) => found(rows, ['reduction', reduction]))
  if (!replicas || !shared) return undefined
  return (
    `Replicas spend ${percent(updatingShare(run, replicas))} of their time adding up gradients and updating every copy ` +
    `of the weights; threads that share the weights spend ${percent(updatingShare(run, shared))}.`
  )
}

/** The share of all ranks' time. */
function updatingShare(run, { experiment, cell }) {
  const entries = run.rows('ledger.csv', experiment).filter((entry) => entry.cell === cell)
  const updating = entries.filter(({ bucket }) => ['reduce', 'update'].includes(bucket))
  return sumOf(updating, 'ns') / sumOf(entries, 'ns')
}

function layerSentence(rows) {
  const row = found(rows, ['mode', 'layer'])
  return (
    row &&
    `With whole layers on each thread the step is ${comparison(row)}, and the threads wait ${waiting(row)} of the time ` +
      `(${byPlan(row)} by the plan).`
  )
}

function pipelineSentence(rows) {
  const row = found(rows, ['mode', 'pipeline'], ['schedule', '1f1b'])
  return (
    row &&
    `With ${row.microbatches} microbatches both threads can work at once: under \`1f1b\` the step is ` +
      `${comparison(row)}, and they wait ${waiting(row)} (${byPlan(row)} by the plan).`
  )
}

function smallSentence(rows) {
  const row = found(rows, ['mode', 'pipeline'], ['schedule', '1f1b'], ['threads', '1'])
  return row && `On one thread, the same microbatches are ${comparison(row)}.`
}

/** The largest batch of weak scaling. */
export function weak(run) {
  const all = run.rows('summary.csv', 'weak').filter(largestOf('batch'))
  const [{ batch, threads }] = all.filter(largestOf('threads'))
  const rows = splitsOn(threads, all)
  const table = markdownTable(
    [`split, ${threads} threads, ${threads} × ${batch / threads} samples`, 'step', 'speed-up'],
    rows.map((row) => [labelOf(row), stepOf(row), speedupOf(row)]),
  )
  return together(table, paragraph(...verdicts(rows)))
}

/** Keeps the rows with the largest number in a column. */
const largestOf = (column) => (row, _, rows) =>
  Number(row[column]) === Math.max(...rows.map((each) => Number(each[column])))

/** Idle time against microbatches, as measured and by the plan. */
export function bubble(run) {
  const all = run.rows('summary.csv', 'bubble').filter((row) => row.mode === 'pipeline')
  const rows = all.filter(largestOf('threads'))
  const schedules = [...new Set(rows.map(({ schedule }) => schedule))]
  const of = (count, schedule) => rows.find((row) => row.microbatches === count && row.schedule === schedule)
  const counts = [...new Set(rows.map(({ microbatches }) => microbatches))]
  const table = markdownTable(
    ['microbatches', ...schedules, 'speed-up of 1f1b'],
    counts.map((count) => [
      count,
      ...schedules.map((schedule) => timed(of(count, schedule), (row) => `${waiting(row)} (${byPlan(row)})`)),
      speedupOf(of(count, '1f1b')),
    ]),
  )
  const best = schedules.map(
    (schedule) =>
      `\`${schedule}\` ${fastest(
        rows.filter((row) => row.schedule === schedule),
        ({ microbatches }) => microbatches,
      )}`,
  )
  const legend = legendOf(rows.filter(({ schedule }) => schedule === '1f1b'))
  return together(table, paragraph(legend, `Fastest numbers of microbatches: ${best.join('; ')}.`))
}

const gridOf = (row) => labelOf(row).replace('hybrid ', '')

/** Every grid of a thread count, on narrow and wide layers with small and large batches. */
export function combine(run) {
  const all = run.rows('summary.csv', 'combine').filter((row) => row.mode === 'hybrid')
  const rows = all.filter(largestOf('threads'))
  const groups = [...groupBy(rows, ({ layers, batch }) => `${layers.split('-')[1]} wide, ${batch}`)]
  const grids = [...new Set(rows.map(gridOf))]
  const table = markdownTable(
    ['layers, batch', ...grids],
    groups.map(([name, own]) => [name, ...grids.map((grid) => speedupOf(own.find((row) => gridOf(row) === grid)))]),
  )
  const best = groups.map(([name, own]) => `${name}: ${fastest(own, (row) => gridOf(row).replace(',', ''))}`)
  return together(table, paragraph(legendOf(rows), `Fastest grids: ${best.join('; ')}.`))
}

/** The speed-ups of all models on two threads. */
export function models(reference) {
  const measured = MODELS.flatMap(({ name }) => {
    const run = reference.run(`splits-${name}`)
    return run
      ? [{ name, rows: splitsOn(THREADS, run.rows('summary.csv')).filter(({ mode }) => mode !== 'serial') }]
      : []
  })
  const labels = [...new Set(measured.flatMap(({ rows }) => rows).map(labelOf))]
  const table = markdownTable(
    ['split', ...measured.map(({ name }) => name)],
    labels.map((label) => [
      label,
      ...measured.map(({ rows }) => speedupOf(rows.find((row) => labelOf(row) === label))),
    ]),
  )
  const best = measured.map(({ name, rows }) => `${name}: ${fastest(rows)}`)
  return together(
    table,
    paragraph(legendOf(measured.flatMap(({ rows }) => rows)), `Fastest splits: ${best.join('; ')}.`),
  )
}
