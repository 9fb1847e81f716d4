import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { onTestFinished } from 'vitest'

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** An event: a text on standard output, or something that becomes true. */
type When = RegExp | (() => boolean)
type Signal = 'SIGINT' | 'SIGKILL'

interface Program {
  readonly ended: Promise<Ended>
  /** Resolves at an event; rejects if the program ends without it. */
  readonly until: (when: When) => Promise<void>
  readonly kill: (signal: Signal) => void
}

const EVERY_MS = 10

/** Starts one of the programs in bench/ as a user does; it does not outlive the test. */
export function launch(program: string, args: readonly string[]): Program {
  const file = fileURLToPath(new URL(`../../bench/${program}.js`, import.meta.url))
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  let end: Ended | undefined
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      end = { code, stdout, stderr }
      resolve(end)
    })
  })
  return {
    ended,
    async until(when) {
      for (;;) {
        const hasEnded = end
        if (when instanceof RegExp ? when.test(stdout) : when()) return
        if (hasEnded) throw new Error(`${program} ${args.join(' ')} has ended too early: ${stdout}${stderr}`)
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
      }
    },
    kill: (signal) => void child.kill(signal),
  }
}

/** Runs a program to its end, or to an event at which it is sent a signal. */
export async function start(
  program: string,
  args: readonly string[],
  ending?: { readonly signal: Signal; readonly when: When },
): Promise<Ended> {
  const { ended, until, kill } = launch(program, args)
  if (ending) {
    await until(ending.when)
    kill(ending.signal)
  }
  return ended
}

/** The event that the journal of a run holds this many visits. */
export const visited = (out: string, visits: number) => (): boolean => {
  const journal = join(out, 'visits.jsonl')
  return existsSync(journal) && readFileSync(journal, 'utf8').split('\n').length > visits
}

/** The rows of a CSV file. */
export const rowsIn = (path: string): Record<string, string>[] => parse(readFileSync(path), { columns: true })
