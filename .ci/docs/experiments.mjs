import { labelOf } from '../../dist/src/cells/labels.js'
import { growthOf } from '../../dist/src/measure/growth-fit.js'
import { groupBy, median } from '../../dist/src/measure/statistics.js'
import { inMib, percent, signedPercent } from '../../dist/src/report/text/format.js'
import { growthSentence, partsSentence } from '../../dist/src/report/text/growth.js'
import { markdownTable } from '../../dist/src/report/text/markdown.js'
import { listing, paragraph, together } from './prose.mjs'
import { numberOf, sumOf } from './reference.mjs'
import { isResult } from './verdict.mjs'

/** What is measured beside the splits: growth, memory and predictions. */

const NOUNS = { batches: { one: 'batch', many: 'batches' }, parts: { one: 'part', many: 'parts' } }

/** A table and sentences for whatever grew. */
export function growth(run) {
  const all = run.rows('growth.csv')
  const growing = (variable) => all.filter((row) => row.variable === variable)
  const [batches, parts, model] = ['batches', 'parts', 'model'].map(growing)
  const repetitions = new Set(all.map(({ block }) => block)).size
  const splits = [...groupBy(batches, labelOf)]
  return together(
    `Medians of ${repetitions} repetitions, with their range:`,
    countTable('split', batches, NOUNS.batches),
    listing(splits.map(([label, rows]) => growthSentence(label, NOUNS.batches, growthOf(rows.map(timedOf))))),
    countTable('the same model in', parts, NOUNS.parts),
    parts.length > 0 ? paragraph(partsSentence(parts.map(timedOf), run.machine.availableCores)) : '',
    countTable('a model that grows with its parts', model, NOUNS.parts),
    model.length > 0 ? paragraph(growthSentence('This model', NOUNS.parts, growthOf(model.map(timedOf)))) : '',
  )
}

/** A row for each split, a column for each count; empty without rows. */
function countTable(head, rows, { one, many }) {
  const counts = [...new Set(rows.map(({ value }) => value))].toSorted((a, b) => a - b)
  if (counts.length === 0) return ''
  return markdownTable(
    [head, ...counts.map((count) => `${count} ${count === '1' ? one : many}`)],
    [...groupBy(rows, labelOf)].map(([label, own]) => [
      label,
      ...counts.map((count) => spreadOf(own.filter(({ value }) => value === count))),
    ]),
  )
}

const timedOf = (row) => ({
  value: numberOf(row, 'value'),
  repetition: numberOf(row, 'block'),
  wallNs: numberOf(row, 'wall_ns'),
})

/** "24.5 ms [24.2, 25.3]": the median, the least and the most; empty without rows. */
function spreadOf(rows) {
  if (rows.length === 0) return ''
  const ms = rows.map((row) => numberOf(row, 'wall_ns') / 1e6)
  const [middle, low, high] = [median(ms), Math.min(...ms), Math.max(...ms)].map((value) =>
    value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.max(1, median(ms)))))),
  )
  return `${middle} ms [${low}, ${high}]`
}

/** What a thread needs that needs most, counted from the plans. */
export function memory(run) {
  const rows = run.rows('memory.csv', 'memory')
  const cells = [...groupBy(rows, ({ cell }) => cell)].map(([name, own]) => ({ name, ...needOf(own) }))
  const counts = [...new Set(cells.map(({ threads }) => threads))].toSorted((a, b) => a - b)
  const splits = [...groupBy(cells, ({ name }) => name.replace(/-\d+$/, ''))]
  const table = markdownTable(
    ['cell', ...counts.map((count) => (count === 1 ? '1 thread' : `${count} threads`))],
    splits.map(([name, own]) => [
      `\`${name}\``,
      ...counts.map((count) => shownMib(own.find(({ threads }) => threads === count)?.bytes)),
    ]),
  )
  const least = cells.reduce((a, b) => (b.bytes < a.bytes ? b : a))
  const [serial] = cells
  const replicas = cells.filter(({ name }) => name.startsWith('data-direct-')).at(-1)
  return together(
    'The most that any thread needs, in MiB:',
    table,
    paragraph(
      `One thread needs ${inMib(serial.bytes)} MiB; \`${least.name}\` needs least per thread, ${inMib(least.bytes)}.`,
      replicas &&
        `Replicas hold all weights and gradients: \`${replicas.name}\` still needs ${inMib(replicas.bytes)} per thread.`,
    ),
  )
}

const shownMib = (bytes) => (bytes === undefined ? '' : inMib(bytes))

/** What a rank owns, and an equal part of what all share. The batches do not count. */
function needOf(rows) {
  const kept = rows.filter(({ use }) => use !== 'batch' && use !== 'handed-over')
  const owners = groupBy(kept, ({ owner }) => owner)
  const shared = sumOf(owners.get('') ?? [], 'bytes')
  const ranks = [...owners].filter(([owner]) => owner !== '').map(([, own]) => sumOf(own, 'bytes'))
  return { threads: ranks.length, bytes: Math.max(...ranks) + shared / ranks.length }
}

/** How far predictions were off, of plans for several threads; copies of a plan count once. */
export function predictions(references) {
  const graded = references.map(({ node, run }) => ({ node, rows: run('all').rows('summary.csv').filter(isGraded) }))
  const experiments = [...new Set(graded.flatMap(({ rows }) => rows.map(({ experiment }) => experiment)))]
  const table = markdownTable(
    [
      'experiment',
      ...graded.flatMap(({ node }) => [`${titleOf(node)}: plans`, 'median error', 'signed', 'worst cell']),
    ],
    [...experiments, undefined].map((experiment) => [
      experiment ? `\`${experiment}\`` : 'all',
      ...graded.flatMap(({ rows }) => gradeOf(rows.filter((row) => !experiment || row.experiment === experiment))),
    ]),
  )
  return table
}

const titleOf = (node) => node.replace('node', 'Node ')

const isGraded = (row) => isResult(row) && row.status === 'ok' && row.prediction_error !== '' && row.threads !== '1'

/** Of the copies of a plan the one in the middle. */
function middleOf(copies) {
  const errors = copies.map((row) => ({ row, share: numberOf(row, 'prediction_error') }))
  return errors.toSorted((a, b) => a.share - b.share)[Math.floor(errors.length / 2)]
}

/** Cells that run the same plan are predicted to the nanosecond alike. */
function gradeOf(rows) {
  const plans = [...groupBy(rows, (row) => [row.experiment, row.layers, row.batch, row.predicted_ns].join()).values()]
  if (plans.length === 0) return ['0', '', '', '']
  const errors = plans.map(middleOf)
  const worst = errors.reduce((a, b) => (Math.abs(b.share) > Math.abs(a.share) ? b : a))
  return [
    String(plans.length),
    percent(median(errors.map(({ share }) => Math.abs(share))), 1),
    signedPercent(median(errors.map(({ share }) => share))),
    `\`${worst.row.cell}\` ${signedPercent(worst.share)}`,
  ]
}
