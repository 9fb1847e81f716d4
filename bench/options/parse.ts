import { Command as Program, CommanderError, Option as Flag } from 'commander'
import { flagOf } from '../../src/cells/values.ts'
import { messageOf } from '../../src/errors.ts'
import { defaultOf, type Action, type Command, shown, UsageError } from './command.ts'

/** Columns of a help page. */
const HELP_WIDTH = 80

/**
 * Reads the words after the program's name. `--help` prints the help and exits with code 0.
 *
 * @param commands the first is what is meant where none is named
 * @param program how the program is started, as its help shows it
 * @throws UsageError whose message is one line that names the flag, its value and what is allowed
 */
export function parseCommandLine(
  words: readonly string[],
  commands: readonly Command[],
  cores: number,
  program: string,
): Action {
  // The root has no flags of its own, not even --help: without a command, everything goes to the first.
  const root = new Program(program).exitOverride().helpOption(false).helpCommand(false)
  root.configureOutput({ outputError: () => undefined })
  let action: Action | undefined
  for (const [number, each] of commands.entries()) {
    const parser = declare(root, each, commands, program, number === 0)
    parser.action(() => {
      const given = (key: string) => parser.getOptionValueSource(key) === 'cli'
      if (each.operands === undefined && parser.args.length > 0) throw unexpected(parser.args[0], commands)
      action = each.action(parser.opts(), { cores, program, words, operands: parser.args, given })
    })
  }
  try {
    root.parse(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) process.exit(0)
    throw explained(error, words, commands)
  }
  if (action === undefined) throw new Error('no command has run')
  return action
}

/** Declares a command's flags and its help. */
function declare(
  root: Program,
  { name, summary, options, operands, notes, examples }: Command,
  commands: readonly Command[],
  program: string,
  isDefault: boolean,
): Program {
  const parser = root.command(name, { isDefault }).allowExcessArguments().summary(summary)
  parser.description(summary).helpOption('-h, --help', 'show this help')
  if (operands !== undefined) parser.argument(operands)
  for (const option of Object.values(options)) {
    const flag = new Flag(option.flags, option.help)
    const { read } = option
    if (read) {
      flag.argParser((text: string) => {
        try {
          return read(text)
        } catch (error) {
          throw new UsageError(`${flagOf(option)} ${shown(text)}: ${messageOf(error)}`)
        }
      })
      if (option.default !== undefined) flag.default(defaultOf(option), option.default)
    }
    parser.addOption(flag)
  }
  const usage = [program, isDefault ? '' : name, operands ?? '', '[options]']
  const list = isDefault
    ? ['Commands:', ...commands.map((each) => `  ${each.name.padEnd(10)} ${each.summary}`), '']
    : []
  const shownExamples = examples.map((example) => `  ${program} ${example}`.trimEnd())
  return parser
    .configureHelp({
      helpWidth: HELP_WIDTH,
      commandUsage: () => usage.filter((part) => part !== '').join(' '),
    })
    .addHelpText('after', ['', ...list, ...(notes ? [notes, ''] : []), 'Examples:', ...shownExamples].join('\n'))
}

const unexpected = (word: string, commands: readonly Command[]): UsageError =>
  new UsageError(
    `${shown(word)}: expected one of ${commands.map(({ name }) => name).join(', ')} as the first word, then only flags`,
  )

/** What commander refuses, in one line; a flag of another command is told apart from one that there is not. */
function explained(error: CommanderError, words: readonly string[], commands: readonly Command[]): UsageError {
  const [first] = words
  if (!first.startsWith('-') && !commands.some(({ name }) => name === first)) return unexpected(first, commands)
  const unknown = /unknown option '([^'=]+)/.exec(error.message)?.[1]
  if (unknown !== undefined) {
    const known = commands.flatMap(({ options }) => Object.values(options)).find((each) => flagOf(each) === unknown)
    const name = commands.find((each) => each.name === first)?.name ?? commands[0].name
    if (known) return new UsageError(`${unknown} has no meaning for ${name}; see ${name} --help`)
  }
  return new UsageError(`${error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')}; see --help`)
}
