import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'

export const NO_AFFINITY = 'this system does not tell which cores a process may use: ranks stay unbound'

/** The logical cores that this process may use; Linux lists them as in "0-3,8". Empty where that is unknown. */
function allowedCpus(): number[] {
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

/** The logical cores that this process may use, in the order in which ranks are bound to them. */
export const cpusToPin = (): number[] => oneThreadOfEachCoreFirst(allowedCpus(), siblingsOf)

/**
 * The same logical cores, ordered so that ranks share the arithmetic of a core only where there are more ranks than
 * cores: the first thread of each core, then the second of each, and so on. Unchanged where a core is not known.
 *
 * @param coreOf names the core that a logical core is a thread of
 */
export function oneThreadOfEachCoreFirst(
  cpus: readonly number[],
  coreOf: (cpu: number) => string | undefined,
): number[] {
  const cores = cpus.map(coreOf)
  if (cores.includes(undefined)) return [...cpus]
  const threads = cpus.map((cpu, i) => ({ cpu, place: cores.slice(0, i).filter((core) => core === cores[i]).length }))
  return threads.sort((a, b) => a.place - b.place).map(({ cpu }) => cpu)
}

/** The logical cores that share a core, as Linux lists them; the second file is its name before Linux 5.3. */
function siblingsOf(cpu: number): string | undefined {
  for (const list of ['core_cpus_list', 'thread_siblings_list']) {
    try {
      return readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/${list}`, 'utf8').trim()
    } catch {
      // This Linux does not have the file.
    }
  }
  return undefined
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
