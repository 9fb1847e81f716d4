import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Where Linux mounts the control groups of version 2, and of version 1's CPU controller. */
const VERSION_2 = '/sys/fs/cgroup'
const VERSION_1 = '/sys/fs/cgroup/cpu'

/** Threads that can run at once: the smaller of the cores this process may use and its CPU quota, at least 1. */
export const availableCores = (): number => wholeCores(availableParallelism(), cgroupQuota())

/** A part of a core does not run another thread at full speed: a quota of 1.5 counts as 1, one of 0.5 too. */
export const wholeCores = (parallelism: number, quota: number | undefined): number =>
  Math.max(1, Math.min(parallelism, Math.floor(quota ?? parallelism)))

/**
 * CPU time per time that the control groups of this process allow, in cores; undefined without a limit.
 * Read here because Node 20 does not see it. A group is bound by its ancestors, so the smallest counts.
 */
export function cgroupQuota(): number | undefined {
  const membership = readText('/proc/self/cgroup')
  if (membership === undefined) return undefined
  const inVersion1 = (group: string, file: string) => readText(`${VERSION_1}${group}/cpu.cfs_${file}_us`)
  const quotas = groupsOf(membership).flatMap(
    (group) =>
      parseQuota(readText(`${VERSION_2}${group}/cpu.max`)) ??
      parseQuota(`${inVersion1(group, 'quota')} ${inVersion1(group, 'period')}`) ??
      [],
  )
  return quotas.length === 0 ? undefined : Math.min(...quotas)
}

/**
 * The paths of the CPU's groups in `/proc/self/cgroup`, and of all their ancestors; '' is the root. In a container the
 * names may be the host's and lead nowhere: the root is then the container's own group.
 */
export function groupsOf(membership: string): string[] {
  const ofCpu = membership.matchAll(/^\d+:(?:|(?:[^:]*,)?cpu(?:,[^:]*)?):(\/.*)$/gm)
  const paths = [...ofCpu].flatMap(([, path]) => {
    const names = path.split('/').filter((name) => name !== '')
    return names.map((_, depth) => `/${names.slice(0, depth + 1).join('/')}`)
  })
  return [...new Set(['', ...paths])]
}

/** The quota in cores of "quota period", both in µs; undefined for `max`, -1 or anything unreadable. */
export function parseQuota(text: string | undefined): number | undefined {
  const [quota, period] = (text ?? '').trim().split(/\s+/).map(Number)
  if (quota === undefined || period === undefined || !(quota > 0) || !(period > 0)) return undefined
  return quota / period
}

/** The text of a file; undefined where there is none. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
