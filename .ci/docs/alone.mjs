import { MODELS } from '../../dist/src/cells/work.js'
import { FORMS } from '../../dist/src/kernels/kernel.js'
import { formatDuration, percent } from '../../dist/src/report/text/format.js'
import { markdownTable } from '../../dist/src/report/text/markdown.js'
import { together } from './prose.mjs'
import { numberOf } from './reference.mjs'

/** What is measured without splitting anything: the arithmetic, and handoffs. */

const SIZE = '256'
const FORM_NAMES = { forward: 'forward', input: 'gradient of the input', weight: 'gradient of the weights' }

const kernelsOf = (rows) => [...new Set(rows.map(({ kernel }) => kernel))]

/** A value, and its share of the peak where there is one; empty without a row. */
const withShare = (row, value) =>
  row ? value(row) + (row.share_of_peak === '' ? '' : `, ${percent(numberOf(row, 'share_of_peak'))}`) : ''

const gflops = (row) => numberOf(row, 'gflops').toFixed(1)
const fastest = (row) => formatDuration(numberOf(row, 'min_us') * 1e3)

/** Square products: GFLOP/s of the fastest try. */
export function products(run) {
  const rows = run.rows('kernels.csv').filter((row) => [row.m, row.n, row.k].every((size) => size === SIZE))
  const of = (kernel, form) => rows.find((row) => row.kernel === kernel && row.form === form)
  return markdownTable(
    ['kernel', ...FORMS.map((form) => FORM_NAMES[form])],
    kernelsOf(rows).map((kernel) => [`\`${kernel}\``, ...FORMS.map((form) => withShare(of(kernel, form), gflops))]),
  )
}

/** Training steps on one thread: the fastest. */
export function steps(run) {
  const rows = run.rows('steps.csv')
  const of = (kernel, model) => rows.find((row) => row.kernel === kernel && row.model === model)
  return markdownTable(
    ['kernel', ...MODELS.map(({ name }) => name)],
    kernelsOf(rows).map((kernel) => [
      `\`${kernel}\``,
      ...MODELS.map(({ name }) => withShare(of(kernel, name), fastest)),
    ]),
  )
}

/** Kinds whose size does not vary. */
const SINGLE = ['round-trip', 'barrier', 'start-up']
const WAYS = ['shared', 'copy', 'transfer', 'clone']
const BYTES = { 4: '4 B', 4096: '4 KiB', 1048576: '1 MiB', 16777216: '16 MiB' }

/** Medians: what takes a fixed time, and what grows with its bytes. */
export function handoff(run) {
  const rows = run.rows('handoff.csv')
  const of = (kind, method, bytes) =>
    rows.find((row) => row.kind === kind && row.method === method && row.bytes === bytes)
  const single = markdownTable(
    ['what', 'threads', 'median', '95 % of tries below'],
    rows
      .filter(({ kind }) => SINGLE.includes(kind))
      .map((row) => [`${row.kind}, ${row.method}`, row.threads, timeOf(row, 'median_ns'), timeOf(row, 'p95_ns')]),
  )
  const sized = markdownTable(
    ['bytes', ...WAYS, 'reduction, direct'],
    Object.entries(BYTES).map(([bytes, name]) => [
      name,
      ...WAYS.map((way) => timeOf(of('one-way', way, bytes), 'median_ns')),
      timeOf(of('reduction', 'direct', bytes), 'median_ns'),
    ]),
  )
  return together(single, sized)
}

const NS_IN_US = 1e3

/** Nanoseconds are shown as such below a microsecond; empty without a row. */
function timeOf(row, column) {
  if (!row) return ''
  const ns = numberOf(row, column)
  return Math.round(ns) < NS_IN_US ? `${Math.round(ns)} ns` : formatDuration(ns)
}
