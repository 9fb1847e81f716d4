import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A signal to send when the output first matches, or after so many milliseconds. */
export interface Ending {
  readonly signal: 'SIGINT' | 'SIGKILL'
  readonly when: RegExp | number
}

/** Runs one of the programs in bench/ as a user would. */
export function start(program: string, args: readonly string[], ending?: Ending): Promise<Ended> {
  const file = fileURLToPath(new URL(`../../bench/${program}.js`, import.meta.url))
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    let sent = false
    const end = () => {
      if (!sent && ending) child.kill(ending.signal)
      sent = true
    }
    const timer = typeof ending?.when === 'number' ? setTimeout(end, ending.when) : undefined
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      if (ending?.when instanceof RegExp && ending.when.test(stdout)) end()
    })
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, stdout, stderr })
    })
  })
}

/** The rows of a CSV file. */
export const rowsIn = (path: string): Record<string, string>[] => parse(readFileSync(path), { columns: true })
