import { valueOf } from './work.ts'
import type { ComparedRun } from './run.ts'

/** Something about machine or program in which runs differ: one value per run. */
export interface EnvironmentDifference {
  readonly name: string
  readonly values: readonly string[]
}

const UNKNOWN = 'unknown'
const NONE = 'none'
const GIB = 2 ** 30

/** What machine.json and the rows say of a run, in words. */
const DESCRIPTIONS: Readonly<Record<string, (run: ComparedRun) => string>> = {
  CPU: at('cpu'),
  'physical cores': at('physicalCores'),
  'logical cores': at('logicalCores'),
  'cores available': at('availableCores'),
  'cores allowed': at('affinity'),
  'cgroup quota': ({ machine }) => text(field(machine, 'cgroupQuota') ?? NONE),
  'level 1 cache': at('caches', 'l1dBytes'),
  'level 2 cache': at('caches', 'l2Bytes'),
  'level 3 cache': at('caches', 'l3Bytes'),
  memory: ({ machine }) => {
    const bytes = field(machine, 'memoryBytes')
    return typeof bytes === 'number' ? `${(bytes / GIB).toFixed(1)} GiB` : UNKNOWN
  },
  'operating system': at('operatingSystem', 'name'),
  platform: at('operatingSystem', 'platform'),
  architecture: at('operatingSystem', 'architecture'),
  'system kernel': at('operatingSystem', 'kernel'),
  Node: at('node'),
  V8: at('v8'),
  flags: at('execArgv'),
  NODE_OPTIONS: ({ machine }) => text(field(machine, 'nodeOptions') ?? NONE),
  kernel: ofRows('kernel'),
  arithmetic: ofRows('arithmetic'),
  commit: ({ machine }) => {
    const commit = text(field(machine, 'git', 'commit'))
    return field(machine, 'git', 'dirty') === true ? `${commit}, changed` : commit
  },
  load: ({ machine }) => `${load(machine, 'loadBefore')} before, ${load(machine, 'loadAfter')} after`,
}

/** The descriptions in which not all runs agree. */
export function environmentDifferences(runs: readonly ComparedRun[]): EnvironmentDifference[] {
  return Object.entries(DESCRIPTIONS)
    .map(([name, describe]) => ({ name, values: runs.map(describe) }))
    .filter(({ values }) => new Set(values).size > 1)
}

/** Of the last minute. */
function load(machine: unknown, when: string): string {
  const average = field(machine, when)
  return Array.isArray(average) && typeof average[0] === 'number' ? average[0].toFixed(1) : UNKNOWN
}

function at(...path: readonly string[]): (run: ComparedRun) => string {
  return ({ machine }) => text(field(machine, ...path))
}

function ofRows(column: string): (run: ComparedRun) => string {
  return ({ rows }) => [...new Set(rows.map((row) => valueOf(row, column)))].join(', ')
}

/** What stands in a JSON value under some names; undefined if it is not there. */
function field(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
    value,
  )
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? value.join(' ') : NONE
  return typeof value === 'string' || typeof value === 'number' ? String(value) : UNKNOWN
}
