import { rmSync } from 'node:fs'
import { disturbances, observe, stolenShare } from '../../src/measure/machine/disturbance.ts'
import { fitLaw } from '../../src/measure/laws/fit.ts'
import type { Law } from '../../src/measure/laws/law.ts'
import { seriesOf } from '../../src/measure/laws/series.ts'
import { writeCharts } from '../../src/report/charts/write.ts'
import { appendRows } from '../../src/report/folder/csv.ts'
import { LAWS_COLUMNS, lawRows } from '../../src/report/rows/laws.ts'
import { lawsLines, type Held } from '../../src/report/text/laws.ts'
import { writeJson } from '../../src/report/folder/run-folder.ts'
import { predictionLines, type Graded } from '../../src/report/text/predictions.ts'
import { formatDuration } from '../../src/report/text/format.ts'
import type { TraceEvent } from '../../src/report/rows/trace.ts'
import type { Context, Experiment, Group, GroupResult } from './experiment.ts'
import { blocksOf, expectedStepNs, runGroup } from '../../src/measure/group.ts'
import { announceKernel } from './kernel.ts'
import type { ExperimentName, ScalingOptions } from '../options.ts'
import { gradedOf, LEGEND, printGroup, writeGroup } from './results.ts'
import { beginRun, identityOf, resumeRun } from './run.ts'
import { bubble } from '../bubble.ts'
import { combine } from '../combine.ts'
import { growth } from '../growth.ts'
import { memory } from '../memory.ts'
import { scaling } from '../scaling.ts'
import { weak } from '../weak.ts'

const BUILDERS: Readonly<Record<Experiment['name'], (options: ScalingOptions, cores: number) => Experiment>> =
  { scaling, weak, growth, bubble, memory, combine }

const FILES = ['samples.csv', 'blocks.csv', 'summary.csv', 'ledger.csv', 'memory.csv', 'laws.csv', 'growth.csv', 'predictions.csv', 'calibration.csv', 'machine.json', 'trace.json', 'visits.jsonl'] // prettier-ignore
/** Made from the journal when a run goes on. */
const DERIVED = [
  'samples.csv',
  'blocks.csv',
  'summary.csv',
  'ledger.csv',
  'memory.csv',
  'laws.csv',
  'growth.csv',
]

/**
 * Runs one experiment, or all of them into one folder; false if some cell did not match serial, did not train, or gave a
 * time that cannot be.
 */
export async function runExperiments(
  name: ExperimentName,
  options: ScalingOptions,
  cores: number,
): Promise<boolean> {
  const names = name === 'all' ? (Object.keys(BUILDERS) as Experiment['name'][]) : [name]
  const { choice, gflops: rate } = announceKernel(options.kernel)
  const experiments = names.map((each) => BUILDERS[each](options, cores))
  const seconds = experiments.flatMap(({ groups }) =>
    groups.map((group) => expectedSeconds(group, budgeted(options, groups.length), rate, cores)),
  )
  console.log(
    `${name}: ${cores} ${cores === 1 ? 'core' : 'cores'}, Node ${process.versions.node}, ` +
      `about ${formatDuration(seconds.reduce((sum, each) => sum + each, 0) * 1e9)}`,
  )
  if (options.dryRun) {
    for (const { name: experiment, groups } of experiments) {
      for (const { label, cells } of groups) {
        console.log(`${experiment}${label === '' ? '' : `, ${label}`}: ${cells.length} cells`)
        for (const cell of cells) {
          console.log(`  ${cell.name}: steps of about ${formatDuration(expectedStepNs(cell, rate, cores))}`)
        }
      }
    }
    return true
  }

  const begun =
    options.resume === undefined ? await beginRun(options.out, name) : await resumeRun(options.resume)
  const { folder } = begun
  if (options.resume !== undefined) for (const file of DERIVED) rmSync(folder.file(file), { force: true })
  const before = observe()
  const trace: TraceEvent[] = []
  const limits: Record<string, unknown> = {}
  const graded: Graded[] = []
  let explained = false
  let allWell = true
  let failure: unknown
  try {
    for (const experiment of experiments) {
      const run = identityOf(begun, experiment.name, choice, options.seed)
      const context: Context = { run, begun, options, choice, cores }
      const results: GroupResult[] = []
      if (experiments.length > 1) console.log(`\n== ${experiment.name}`)
      for (const [number, group] of experiment.groups.entries()) {
        if (group.label !== '') console.log(`-- ${group.label}`)
        const settled = budgeted(options, experiment.groups.length)
        const result = await runGroup(begun, run, number, group, settled, choice, cores)
        results.push(result)
        limits[`${experiment.name} ${group.label}`.trim()] = result.limits
        allWell &&= result.outcomes.every(({ status }) => status === 'ok' || status === 'oversubscribed')
        const named = gradedOf(result, experiment.name, cores)
        graded.push(...named)
        writeGroup(folder, run, result, trace)
        printGroup(result, named)
        if (!explained) console.log(LEGEND)
        explained = true
        if (result.failure !== undefined) throw result.failure
      }
      const aside = await experiment.beside?.(context)
      graded.push(...(aside?.graded ?? []))
      const lines = [...(aside?.lines ?? [])]
      if (experiment.laws) lines.push(...(await fitLaws(context, experiment.laws, results)))
      for (const line of [...lines, ...experiment.conclude(results)]) console.log(line)
    }
    if (experiments.length > 1) for (const line of predictionLines(graded)) console.log(`\nall: ${line}`)
  } catch (error) {
    failure = error
  }
  try {
    writeJson(folder.file('trace.json'), { traceEvents: trace, displayTimeUnit: 'ms' }, true)
    const after = observe()
    const warnings = disturbances(begun.machine, before, after)
    for (const warning of warnings) console.log(`warning: ${warning}`)
    begun.describeMachine({
      limits,
      warnings,
      stolenShare: stolenShare(before, after) ?? null,
      spinMs: { before: before.spinMs, after: after.spinMs },
    })
  } catch (error) {
    // On a full disk this fails, too; what failed first is what the user is to know.
    failure ??= error
  } finally {
    folder.release()
  }
  if (failure !== undefined) throw failure
  for (const line of await writeCharts(folder.path)) console.log(line)
  for (const file of FILES.filter((each) => begun.has(each))) console.log(folder.file(file))
  return allWell
}

/** Fits laws to the curves of what was measured as it should be, writes them, and gives a line for each curve. */
async function fitLaws(
  { begun, run, options }: Context,
  laws: readonly Law[],
  results: readonly GroupResult[],
): Promise<string[]> {
  const measured = results.map(({ outcomes }) => {
    const sound = outcomes.filter(({ status }) => status === 'ok')
    return { cells: sound.map(({ cell }) => cell), visits: sound.flatMap(({ visits }) => visits) }
  })
  const held: Held[] = []
  for (const series of seriesOf(measured)) {
    const findings = await Promise.all(laws.map((law) => fitLaw(law, series, options.seed)))
    const rows = findings.flatMap((finding) => lawRows(run, series.name, finding))
    appendRows(begun.folder.file('laws.csv'), LAWS_COLUMNS, rows)
    held.push({ series: series.name, findings })
  }
  return lawsLines(held)
}

/** The budget of an experiment is shared between its groups. */
const budgeted = (options: ScalingOptions, groups: number): ScalingOptions => ({
  ...options,
  budget: options.budget / Math.max(1, groups),
})

/** Start-up, limits and verification of a group, about. */
const START_UP_S = 3

function expectedSeconds(group: Group, options: ScalingOptions, rate: number, cores: number): number {
  const blocks = blocksOf(options, group.cells.length + 1, () => false)
  if (blocks.budgetSeconds !== Infinity) return START_UP_S + blocks.budgetSeconds
  const visit = (stepNs: number) => Math.max(blocks.visitMs / 1000, (3 * stepNs) / 1e9)
  return group.cells.reduce(
    (sum, cell) => sum + blocks.most * 1.5 * visit(expectedStepNs(cell, rate, cores)),
    START_UP_S,
  )
}
