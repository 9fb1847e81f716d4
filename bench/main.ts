#!/usr/bin/env node
import { flagOf } from '../src/cells/values.ts'
import { ExplainedError } from '../src/errors.ts'
import { availableCores } from '../src/measure/machine/cores.ts'
import { FolderError } from '../src/report/folder/run-folder.ts'
import { COMMANDS } from './commands.ts'
import { type Action, UsageError } from './options/command.ts'
import { programName, refuseSwallowedFlags } from './options/npm.ts'
import { parseCommandLine } from './options/parse.ts'
import { SHOWN } from './options/run-options.ts'
import { Interrupted } from './run/interrupt.ts'
import { onClosedPipe } from './run/terminal.ts'
import { savedRun } from './run/resume.ts'

const EXIT_FAILED = 1

const parse = (words: readonly string[]): Action =>
  parseCommandLine(words, COMMANDS, availableCores(), programName(process.env))

/** One line says what was wrong; a stack is shown only for what this program did not foresee. */
onClosedPipe(() => process.emit('SIGINT'))
try {
  refuseSwallowedFlags(
    process.env,
    COMMANDS.flatMap(({ options }) => Object.values(options).map(flagOf)),
  )
  const action = await understood(process.argv.slice(2))
  const result = await action.run()
  process.exitCode = typeof result === 'number' ? result : result ? 0 : EXIT_FAILED
} catch (error) {
  if (error instanceof Interrupted) console.error(error.message)
  else console.error(error instanceof ExplainedError ? `error: ${error.message}` : error)
  process.exitCode = error instanceof ExplainedError ? error.exitCode : EXIT_FAILED
}

/** What a command line asks for; a run that goes on has the options, and the kernel, with which it began. */
async function understood(words: readonly string[]): Promise<Action> {
  const asked = parse(words)
  const { resume, ...shown } = asked.options as { readonly resume?: string } & Record<string, unknown>
  if (resume === undefined) return asked
  const others = Object.keys(asked.command.options).filter((key) => key !== 'resume' && !(key in SHOWN))
  if (others.some(asked.circumstances.given)) {
    throw new UsageError(
      `--resume ${resume}: expected without other options; the run goes on with those that it began with`,
    )
  }
  const { args, kernel } = await savedRun(resume)
  const saved = parse(args)
  if (!('resume' in saved.command.options)) {
    throw new FolderError(
      `--resume ${resume}: expected the run of an experiment; a run of ${saved.command.name} cannot go on`,
    )
  }
  const kept = Object.keys(SHOWN).map((key) => [key, shown[key]] as const)
  return saved.changed({ resume, kernel, ...Object.fromEntries(kept) })
}
