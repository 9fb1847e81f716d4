import type { DimensionOptions } from '../../src/cells/dimensions.ts'
import { COMMANDS } from '../../bench/commands.ts'
import { parseCommandLine } from '../../bench/options/parse.ts'
import type { Settled } from '../../bench/options/settle.ts'
import { UsageError } from '../../bench/options/command.ts'
import type { RunOptions } from '../../bench/run/experiment.ts'

/** What dimensions are where nothing is said, as far as they have a default. */
export const DEFAULTS = {
  modes: ['serial', 'data', 'layer', 'pipeline', 'tensor'],
  schedule: ['gpipe', '1f1b', 'zero-bubble'],
  chunks: 2,
  reduction: ['direct', 'owner'],
  bucketKib: 256,
  overlap: true,
  shardOptimizer: false,
  handoff: ['shared'],
  dispatch: ['resident'],
  wait: ['spin-then-wait'],
  pin: false,
  activation: 'relu',
  loss: 'cross-entropy',
  optimizer: 'sgd',
  batch: 64,
  microbatches: 8,
  dataset: 'synthetic',
  seed: 1,
}

/** Command lines as words, read as on a machine with two cores. */

export const actionOf = (words: readonly string[]) => parseCommandLine(words, COMMANDS, 2, 'npm run bench --')

const ofLine = (line: string) => actionOf(line === '' ? [] : line.split(' '))

/** The options of a command and its name, without those that have no value. */
export function parse(line: string): Record<string, unknown> {
  const { command, options } = ofLine(line)
  const all = Object.entries({ command: command.name, ...(options as object) })
  return Object.fromEntries(all.filter(([, value]) => value !== undefined))
}

function optionsOf(line: string, name: string): unknown {
  const { command, options } = ofLine(line)
  if (command.name !== name) throw new Error(`${line}: ${command.name}`)
  return options
}

export const scaling = (line: string) => optionsOf(line, 'scaling') as RunOptions

interface TrainOptions extends Settled<DimensionOptions> {
  readonly epochs: number
  readonly heldOut: number
}

export const train = (line: string) => optionsOf(`train ${line}`.trim(), 'train') as TrainOptions

/** Why a line is refused. */
export function refusal(line: string): string {
  try {
    ofLine(line)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  throw new Error(`accepted: ${line}`)
}
