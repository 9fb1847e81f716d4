import { parseCommandLine, UsageError, type ScalingOptions, type TrainOptions } from '../../bench/options.ts'

/** Command lines as words, read as on a machine with two cores. */

export const parse = (line: string) => parseCommandLine(line === '' ? [] : line.split(' '), { cores: 2 })

export function scaling(line: string): ScalingOptions {
  const command = parse(line)
  if (command.command !== 'scaling') throw new Error(`${line}: ${command.command}`)
  return command
}

export function train(line: string): TrainOptions {
  const command = parse(`train ${line}`.trim())
  if (command.command !== 'train') throw new Error(`${line}: ${command.command}`)
  return command
}

/** Why a line is refused. */
export function refusal(line: string): string {
  try {
    parse(line)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  throw new Error(`accepted: ${line}`)
}
