import { UserError } from '../../src/errors.ts'

/**
 * Flags that npm has a setting of the same name for: a user's .npmrc may set them, so they say nothing about the command
 * line. `--dry-run` is such a setting too, but nobody sets it for good.
 */
const NPM_SETTINGS = new Set(['--color', '--depth', '--help', '--json', '--version'])

/** The scripts of package.json that start the program. */
const SCRIPTS: readonly (string | undefined)[] = ['bench', 'compare', 'report']

/** The command that the program was started with. */
export const programName = (environment: NodeJS.ProcessEnv): string =>
  SCRIPTS.includes(environment.npm_lifecycle_event) ? 'npm run bench --' : 'thread-split'

/**
 * The flags that stand before `--` in `npm run bench --quick`: npm takes them for its own settings, and they reach the
 * program as `npm_config_quick` only. npm sets a flag without a value to true, `--no-overlap` empties `npm_config_overlap`.
 *
 * @param flags the program's long flags
 * @returns the flags as they were given; `--threads=1,2` keeps its value
 */
export function swallowedFlags(environment: NodeJS.ProcessEnv, flags: readonly string[]): string[] {
  return flags.flatMap((flag) => {
    const [, no, name = ''] = /^--(no-)?(.*)$/.exec(flag) ?? []
    const value = environment[`npm_config_${name.replaceAll('-', '_')}`]
    if (value === undefined || NPM_SETTINGS.has(flag) || (value === '') !== (no !== undefined)) return []
    return value === 'true' || value === '' ? [flag] : [`${flag}=${value}`]
  })
}

/** @throws UserError that names the flags which npm has swallowed and how to hand them to the program */
export function refuseSwallowedFlags(environment: NodeJS.ProcessEnv, flags: readonly string[]): void {
  const swallowed = swallowedFlags(environment, flags).join(' ')
  if (swallowed === '') return
  const ways = [`npm run bench -- ${swallowed}`, `in PowerShell npm run bench '--' ${swallowed}`]
  throw new UserError(`npm took ${swallowed} for itself: write ${ways.join(', ')}, or npx thread-split ${swallowed}`)
}
