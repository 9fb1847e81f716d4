#!/usr/bin/env node
import { ExplainedError } from '../src/errors.ts'
import { availableCores } from '../src/measure/machine/cores.ts'
import { parseCommandLine, type Command } from './options.ts'
import { Interrupted } from './run/interrupt.ts'
import { showPlans } from './plan.ts'
import { runHandoff } from './handoff.ts'
import { runKernels } from './kernels.ts'
import { runExperiments } from './run/experiments.ts'
import { savedArguments } from './run/run.ts'
import { runSimulation } from './simulate.ts'
import { runTrain } from './train.ts'

const EXIT_FAILED = 1

/** One line says what was wrong; a stack is shown only for what this program did not foresee. */
try {
  const cores = availableCores()
  const given = parseCommandLine(process.argv.slice(2), { cores })
  // A run that goes on has the options with which it began.
  const command =
    'resume' in given && given.resume !== undefined
      ? { ...parseCommandLine(savedArguments(given.resume), { cores }), resume: given.resume }
      : given
  process.exitCode = (await run(command, cores)) ? 0 : EXIT_FAILED
} catch (error) {
  if (error instanceof Interrupted) console.error(error.message)
  else console.error(error instanceof ExplainedError ? `error: ${error.message}` : error)
  process.exitCode = error instanceof ExplainedError ? error.exitCode : EXIT_FAILED
}

/** Runs an experiment; false if some of it did not give what it should. */
function run(command: Command, cores: number): Promise<boolean> {
  switch (command.command) {
    case 'train':
      return runTrain(command, cores)
    case 'plan':
      return showPlans(command, cores)
    case 'simulate':
      return runSimulation(command)
    case 'kernels':
      return runKernels(command, cores)
    case 'handoff':
      return runHandoff(command, cores)
    default:
      return runExperiments(command.command, command, cores)
  }
}
