import type { Machine } from '../../measure/machine/machine.ts'
import { shortened } from '../text/wrap.ts'
import type { ComparedRun } from './run.ts'
import { valueOf } from './work.ts'

const UNKNOWN = 'unknown'
const NONE = 'none'
const GIB = 2 ** 30
const COMMIT_DIGITS = 12

type Described = string | number | readonly string[] | null | undefined

/** What machine.json and the rows say of a run. */
const DESCRIPTIONS: Readonly<Record<string, (machine: ComparedRun['machine'], run: ComparedRun) => Described>> = {
  CPU: ({ cpu }) => cpu,
  'physical cores': ({ physicalCores }) => physicalCores,
  'logical cores': ({ logicalCores }) => logicalCores,
  'cores available': ({ availableCores }) => availableCores,
  'cores allowed': ({ affinity }) => affinity,
  'cgroup quota': ({ cgroupQuota }) => cgroupQuota ?? NONE,
  'level 1 cache': ({ caches }) => caches?.l1dBytes,
  'level 2 cache': ({ caches }) => caches?.l2Bytes,
  'level 3 cache': ({ caches }) => caches?.l3Bytes,
  'cores together': ({ limits }) => togetherText(limits),
  memory: ({ memoryBytes }) => memoryBytes && `${(memoryBytes / GIB).toFixed(1)} GiB`,
  'operating system': ({ operatingSystem }) => operatingSystem?.name,
  platform: ({ operatingSystem }) => operatingSystem?.platform,
  architecture: ({ operatingSystem }) => operatingSystem?.architecture,
  'system kernel': ({ operatingSystem }) => operatingSystem?.kernel,
  Node: ({ node }) => node,
  V8: ({ v8 }) => v8,
  flags: ({ execArgv }) => execArgv,
  NODE_OPTIONS: ({ nodeOptions }) => nodeOptions ?? NONE,
  kernel: (_, run) => valuesIn(run, 'kernel'),
  arithmetic: (_, run) => valuesIn(run, 'arithmetic'),
  commit: ({ git }) => git && `${git.commit.slice(0, COMMIT_DIGITS)}${git.dirty ? ', changed' : ''}`,
  load: ({ loadBefore, loadAfter }) => `${lastMinute(loadBefore)} before, ${lastMinute(loadAfter)} after`,
}

/** How much as many cores as were used compute together, over one, in the first group that has both. */
function togetherText(limits: ComparedRun['machine']['limits']): string | undefined {
  const [first = []] = Object.values(limits ?? {})
  const one = first.find(({ threads }) => threads === 1)
  const most = first.at(-1)
  return one && most && `${most.threads} do ${(most.peakGflops / one.peakGflops).toFixed(1)} times as much as one`
}

const lastMinute = (load?: Machine['loadAverage']): string => load?.[0].toFixed(1) ?? UNKNOWN

const valuesIn = ({ rows }: ComparedRun, column: string): string =>
  [...new Set(rows.map((row) => valueOf(row, column)))].join(', ')

/** The descriptions in which not all runs agree, with a value per run. */
export const environmentDifferences = (runs: readonly ComparedRun[]) =>
  Object.entries(DESCRIPTIONS)
    .map(([name, describe]) => ({ name, values: runs.map((run) => inWords(describe(run.machine, run))) }))
    .filter(({ values }) => new Set(values).size > 1)

export type Differences = ReturnType<typeof environmentDifferences>

const inWords = (value: Described): string =>
  Array.isArray(value) ? value.join(' ') || NONE : String(value ?? UNKNOWN)

/** What processors' names hold besides maker and model. */
const CPU_NOISE = /\((R|TM)\)|\b(CPU|Processor|\d+-Core)\b|@.*$/gi
const CPU_WIDTH = 32

/** Cores, processor, Node and kernel in a few words: "2 cores AMD EPYC, Node 24.21, fma256". */
export function machineName(run: ComparedRun): string {
  const { cpu, availableCores: cores, node } = run.machine
  const count = cores === undefined ? '' : `${cores} ${cores === 1 ? 'core' : 'cores'} `
  const model = (cpu ?? 'unknown processor').replace(CPU_NOISE, '').replace(/\s+/g, ' ').trim()
  const version = node?.replace(/^v|\.\d+$/g, '') ?? UNKNOWN
  return `${count}${shortened(model, CPU_WIDTH)}, Node ${version}, ${valuesIn(run, 'kernel')}`
}
