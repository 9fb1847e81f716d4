import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'

export const NO_AFFINITY = 'this system does not tell which cores a process may use: ranks stay unbound'

/** The logical cores that this process may use; Linux lists them as in "0-3,8". Empty where that is unknown. */
export function allowedCpus(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
    return list.split(',').flatMap((part) => {
      const [from, to = from] = part.split('-').map(Number)
      return Array.from({ length: to - from + 1 }, (_, i) => from + i)
    })
  } catch {
    return []
  }
}

/** Binds the calling thread to a logical core, on Linux; gives the reason if that fails. */
export function pinThread(cpu: number): string | undefined {
  try {
    const thread = readlinkSync('/proc/thread-self').split('/').at(-1)!
    execFileSync('taskset', ['-p', '-c', String(cpu), thread], { stdio: 'ignore' })
    return undefined
  } catch (error) {
    return `a thread cannot be bound to core ${cpu} (it needs Linux and taskset): ${String(error)}`
  }
}
