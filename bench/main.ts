import { KernelError } from '../src/kernels/choose.ts'
import { availableCores } from '../src/measure/machine/cores.ts'
import { DataError } from '../src/model/data/error.ts'
import { PlanError } from '../src/plan/plan.ts'
import { WriteError } from '../src/report/folder/disk.ts'
import { FolderError } from '../src/report/folder/run-folder.ts'
import { RankError } from '../src/runtime/team.ts'
import { parseCommandLine, UsageError, type Command } from './options.ts'
import { Interrupted } from './run/interrupt.ts'
import { showPlans } from './plan.ts'
import { runHandoff } from './handoff.ts'
import { runKernels } from './kernels.ts'
import { runExperiments } from './run/experiments.ts'
import { savedArguments } from './run/run.ts'
import { runSimulation } from './simulate.ts'
import { runTrain } from './train.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 2
const EXIT_INTERRUPTED = 130

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
  if (error instanceof Interrupted) {
    console.error(error.message)
    process.exitCode = EXIT_INTERRUPTED
  } else if (
    error instanceof UsageError ||
    error instanceof DataError ||
    error instanceof PlanError ||
    error instanceof KernelError ||
    error instanceof FolderError
  ) {
    console.error(`error: ${error.message}`)
    process.exitCode = EXIT_USAGE
  } else {
    console.error(
      error instanceof RankError || error instanceof WriteError ? `error: ${error.message}` : error,
    )
    process.exitCode = EXIT_FAILED
  }
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
