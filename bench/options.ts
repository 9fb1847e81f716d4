import { Command as Program, CommanderError } from 'commander'
import type { z } from 'zod'
import {
  declareHandoff,
  declareKernels,
  declarePlan,
  declareSimulate,
  declareExperiment,
  declareTrain,
  PROGRAM,
  QUICK_BLOCKS,
} from './options/commands.ts'
import { given, read } from './options/read.ts'
import {
  EXPERIMENTS,
  handoffSchema,
  kernelsSchema,
  planSchema,
  scalingSchema,
  simulateSchema,
  trainSchema,
  type ExperimentName,
} from './options/schemas.ts'
import { HIDDEN_WIDTHS, settle, type Settled } from './options/settle.ts'
import { settleSimulated } from './options/simulated.ts'
import { UsageError } from './options/usage-error.ts'

export type { ExperimentName } from './options/schemas.ts'
export { HIDDEN_WIDTHS } from './options/settle.ts'
export { UsageError } from './options/usage-error.ts'

/** What decides over the cells of an experiment. */
export type SplitOptions = Settled<z.output<typeof planSchema>>
export type ScalingOptions = Settled<z.output<typeof scalingSchema>>
export type TrainOptions = Settled<z.output<typeof trainSchema>>
export type SimulateOptions = Settled<z.output<typeof simulateSchema>>
export type KernelsOptions = z.output<typeof kernelsSchema>
export type HandoffOptions = z.output<typeof handoffSchema>
export type Command =
  | ({ command: ExperimentName } & ScalingOptions)
  | ({ command: 'train' } & TrainOptions)
  | ({ command: 'plan' } & SplitOptions)
  | ({ command: 'simulate' } & SimulateOptions)
  | ({ command: 'kernels' } & KernelsOptions)
  | ({ command: 'handoff' } & HandoffOptions)

/**
 * Reads the words after the program's name. `--help` prints the help and exits with code 0; anything wrong is
 * thrown as a `UsageError`, whose message is one line that names the flag, its value and what is allowed.
 */
export function parseCommandLine(argv: readonly string[], machine: { cores: number }): Command {
  // The root has no flags of its own, not even --help: without a command, everything goes to scaling.
  const program = new Program(PROGRAM).exitOverride().helpOption(false).helpCommand(false)
  program.configureOutput({ outputError: () => undefined })
  let command: Command | undefined
  for (const name of EXPERIMENTS) {
    const experiment = program.command(name, { isDefault: name === 'scaling' }).allowExcessArguments()
    declareExperiment(experiment, name, machine.cores)
    experiment.action(() => {
      command = { command: name, ...readExperiment(experiment) }
    })
  }
  const train = program.command('train').allowExcessArguments()
  declareTrain(train, machine.cores)
  const plan = program.command('plan').allowExcessArguments()
  declarePlan(plan, machine.cores)
  const simulate = program.command('simulate').allowExcessArguments()
  declareSimulate(simulate)
  const kernels = program.command('kernels').allowExcessArguments()
  declareKernels(kernels)
  const handoff = program.command('handoff').allowExcessArguments()
  declareHandoff(handoff, machine.cores)

  train.action(() => {
    command = {
      command: 'train',
      ...settle(read(train, trainSchema), HIDDEN_WIDTHS.train, (key) => given(train, key)),
    }
  })
  plan.action(() => {
    const options = read(plan, planSchema)
    command = { command: 'plan', ...settle(options, HIDDEN_WIDTHS.scaling, (key) => given(plan, key)) }
  })
  simulate.action(() => {
    const isGiven = (key: string) => given(simulate, key)
    const options = settleSimulated(read(simulate, simulateSchema), isGiven)
    command = { command: 'simulate', ...settle(options, HIDDEN_WIDTHS.scaling, isGiven) }
  })
  kernels.action(() => {
    command = { command: 'kernels', ...read(kernels, kernelsSchema) }
  })
  handoff.action(() => {
    command = { command: 'handoff', ...read(handoff, handoffSchema) }
  })
  try {
    program.parse(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) process.exit(0)
    throw new UsageError(oneLine(error.message))
  }
  if (command === undefined) throw new Error('neither command has run')
  return command
}

function readExperiment(command: Program): ScalingOptions {
  const options = read(command, scalingSchema)
  const blocks = options.blocks ?? (options.quick ? QUICK_BLOCKS : undefined)
  return { ...settle(options, HIDDEN_WIDTHS.scaling, (key) => given(command, key)), blocks }
}

/** commander's own words, for an unknown flag or one without its value, without prefix and line break. */
const oneLine = (message: string): string =>
  `${message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')}; see --help`
