import type { RunFacts } from '../../src/cells/dimension.ts'
import type { MeasureEvent } from '../../src/measure/events.ts'
import type { LimitsTogether } from '../../src/measure/alone.ts'
import { expectedSeconds, expectedStepNs, type Effort } from '../../src/measure/effort.ts'
import { measuredCells, runGroup } from '../../src/measure/group.ts'
import { fitLaw } from '../../src/measure/laws/fit.ts'
import { ownSeriesOf, seriesOf, type Series } from '../../src/measure/laws/series.ts'
import type { Law } from '../../src/measure/laws/law.ts'
import { coreNotes, togetherWarnings } from '../../src/measure/machine/disturbance.ts'
import { isSound, type GroupResult } from '../../src/measure/outcome.ts'
import { writeCharts } from '../../src/report/charts/write.ts'
import { appendTo } from '../../src/report/rows/index.ts'
import { lawRows } from '../../src/report/rows/laws.ts'
import { formatDuration } from '../../src/report/text/format.ts'
import { lawsLines, type Held } from '../../src/report/text/laws.ts'
import type { Circumstances } from '../options/command.ts'
import { openData } from './data.ts'
import type { Experiment, ExperimentKind, RunOptions, Shared } from './experiment.ts'
import { earlierForecasts, earlierVisits, fileListener, removeDerived, writeGroup, writeVisit } from './files.ts'
import { interruptible } from './interrupt.ts'
import { announceKernel, beginRun, endRun, factsOf, idleMoment, resumeRun } from './run.ts'
import { progressListener } from './progress.ts'
import { refuseOtherWork } from './resume.ts'
import { gradedOf, groupLines, resultsAlone, runLines, type Results } from './results.ts'
import { openTerminal } from './terminal.ts'

type Named = Experiment & { readonly name: string }

/**
 * Runs some experiments into one folder; false if some cell did not match serial, did not train, or gave an impossible
 * time.
 *
 * @param name of the run
 */
export async function runExperiments(
  name: string,
  kinds: readonly ExperimentKind[],
  options: RunOptions,
  { cores, words, program }: Circumstances,
): Promise<boolean> {
  const terminal = openTerminal(options.json || options.markdown)
  const { say, explain } = terminal
  const { choice, gflops } = announceKernel(options.kernel, say)
  const data = openData(options)
  const work = { kernel: choice.name, arithmetic: choice.arithmetic, dataset: data.name }
  if (options.resume !== undefined) refuseOtherWork(options.resume, work)
  const experiments = kinds.map((kind): Named => ({ name: kind.name, ...kind.build(options, data, cores) }))
  for (const [{ plan }] of experiments.flatMap(({ groups }) => groups.map(({ cells }) => cells))) {
    data.check(plan.model, plan.batch)
  }
  const skipped = experiments.flatMap((each) => each.skipped.map(({ what, reason }) => `${what}: ${reason}`))
  for (const each of new Set(skipped)) explain(`skipped: ${each}`)
  const seconds = experiments.reduce((sum, each) => sum + secondsOf(each, options, gflops, cores), 0)
  say(
    `${name}: ${cores} ${cores === 1 ? 'core' : 'cores'}, Node ${process.versions.node}, about ${formatDuration(seconds * 1e9)}`,
  )
  if (options.dryRun) {
    for (const line of experiments.flatMap((each) => dryLines(each, gflops, cores))) say(line)
    return true
  }
  const before = await idleMoment(options.waitIdle, cores, explain)
  const begun =
    options.resume === undefined ? await beginRun(options.out, name, words, work) : resumeRun(options.resume)
  if (options.resume !== undefined) removeDerived(begun.folder)
  for (const note of coreNotes(begun.machine)) explain(`note: ${note}`)

  const results: Results = { groups: [], asides: [], graded: [], trace: [], calibrations: [] }
  const command = `${program} ${name === 'scaling' ? '' : `${name} `}`.trim()
  const shared = { options, data, kernel: choice, gflops, cores, begun, terminal, command }
  const failure = await interruptible(async (signal) => {
    for (const experiment of experiments) await runExperiment(experiment, { ...shared, signal }, results)
  }).catch((error: unknown) => ({ error }))
  const limits = results.groups.map(({ experiment, result }): [string, readonly LimitsTogether[]] => [
    `${experiment} ${result.group.label}`.trim(),
    result.limits,
  ])
  const together = limits.flatMap(([label, known]) =>
    togetherWarnings(known, begun.machine).map((warning) => (limits.length > 1 ? `${label}: ${warning}` : warning)),
  )
  const findings = { limits: Object.fromEntries(limits), warnings: together }
  const warnings = await endRun(begun, before, results.trace, findings, failure !== undefined)
  if (failure) {
    for (const warning of warnings) explain(`warning: ${warning}`)
    throw failure.error
  }
  const charts = await writeCharts(begun.folder.path)
  if (options.json || options.markdown) console.log(resultsAlone(options.json, begun, results))
  else for (const line of runLines(shared, results, warnings, charts)) say(line)
  return !results.hasMismatch && results.groups.every(({ result }) => result.outcomes.every(isSound))
}

/** @throws what kept the experiment from being finished; what was measured before it is in `results` and on disk */
async function runExperiment(experiment: Named, shared: Shared, results: Results): Promise<void> {
  const { options, data, kernel, cores, begun, terminal } = shared
  const { folder } = begun
  const { name, groups, beside, laws } = experiment
  const run = factsOf(begun, name, kernel, options, data.name)
  const own: GroupResult[] = []
  const note = (event: MeasureEvent) => {
    if (event.kind === 'predicted') results.calibrations.push(event.predictions.calibration)
    if (event.kind !== 'verified') return
    if ([...event.verdicts.values()].some(({ match }) => match === 'different')) results.hasMismatch = true
  }
  for (const [number, group] of groups.entries()) {
    const cells = measuredCells(group)
    const visits = earlierVisits(folder, run, number, cells)
    for (const visit of visits) writeVisit(folder, run, visit, cores)
    const earlier = { visits, forecasts: earlierForecasts(folder, run, cells) }
    const { model, batch } = cells[0].plan
    const events = runGroup(group, cells, data.batches(model, batch), effortOf(options, groups.length), shared, earlier)
    const record = fileListener(folder, run, number, cores)
    const result = await listen(events, record, note, progressListener(name, group.label, terminal))
    own.push(result)
    results.groups.push({ experiment: name, run, result })
    results.graded.push(...gradedOf(result, name))
    writeGroup(folder, run, result, results.trace)
    if (name !== 'scaling' || options.wide) {
      for (const line of groupLines(name, result, options.wide)) terminal.say(line)
    }
    if (result.failure !== undefined) throw result.failure
  }
  const events = beside?.({ ...shared, run, forecasts: (cells) => earlierForecasts(folder, run, cells) })
  const aside =
    events && (await listen(events, fileListener(folder, run, 0, cores), note, progressListener(name, '', terminal)))
  results.graded.push(...(aside?.graded ?? []))
  const fitted = laws ? await fitLaws(shared, run, laws, own) : []
  results.asides.push({
    experiment: name,
    lines: aside?.lines ?? [],
    sentences: [...fitted, ...experiment.conclude(own)],
  })
}

/** Hands on what happens; if a listener fails, the measurement ends with what it has. */
async function listen<Result>(
  events: AsyncGenerator<MeasureEvent, Result>,
  ...listeners: readonly ((event: MeasureEvent) => void)[]
): Promise<Result> {
  let next = await events.next()
  while (!next.done) {
    try {
      for (const listener of listeners) listener(next.value)
    } catch (error) {
      next = await events.throw(error)
      continue
    }
    next = await events.next()
  }
  return next.value
}

/** Fits laws to the curves of the sound cells, writes them, and gives a line for each curve. */
async function fitLaws(
  { begun, options }: Shared,
  run: RunFacts,
  laws: readonly Law[],
  results: readonly GroupResult[],
): Promise<string[]> {
  const measured = results.map(({ outcomes }) => {
    const sound = outcomes.filter(({ status }) => status === 'ok')
    return { cells: sound.map(({ cell }) => cell), visits: sound.flatMap(({ visits }) => visits) }
  })
  const fit = async (series: Series, wanted: readonly Law[]): Promise<Held> => ({
    series: series.name,
    findings: await Promise.all(wanted.map((law) => fitLaw(law, series, options.seed))),
  })
  const starting = laws.filter(({ startsAtOne }) => startsAtOne)
  const held = await Promise.all(seriesOf(measured).map((series) => fit(series, laws)))
  const own = await Promise.all(ownSeriesOf(measured).map((series) => fit(series, starting)))
  // The reason for a refusal is the same as of the curve over serial.
  const all = [...held, ...own.filter(({ findings }) => findings.some(({ status }) => status === 'ok'))]
  for (const { series, findings } of all) {
    const rows = findings.flatMap((finding) => lawRows(run, series, finding))
    appendTo(begun.folder, 'laws.csv', rows)
  }
  return lawsLines(all)
}

/** The budget of an experiment is shared between its groups. */
const effortOf = (options: RunOptions, groups: number): Effort => ({
  ...options,
  budget: options.budget / Math.max(1, groups),
})

const secondsOf = (experiment: Experiment, options: RunOptions, gflops: number, cores: number): number =>
  experiment.groups.reduce(
    (sum, group) =>
      sum + expectedSeconds(measuredCells(group), effortOf(options, experiment.groups.length), gflops, cores),
    experiment.besideSeconds?.(gflops) ?? 0,
  )

function dryLines({ name, groups }: Named, gflops: number, cores: number): string[] {
  return groups.flatMap(({ label, cells }) => [
    `${name}${label === '' ? '' : `, ${label}`}: ${cells.length} cells`,
    ...cells.map((cell) => `  ${cell.name}: steps of about ${formatDuration(expectedStepNs(cell, gflops, cores))}`),
  ])
}
