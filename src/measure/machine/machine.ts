import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cpu, osInfo } from 'systeminformation'
import { availableCores, cgroupQuota, readText } from './cores.ts'

/** The machine behind the times, as `machine.json` holds it. Null means unknown. */
export type Machine = Awaited<ReturnType<typeof describeMachine>>

/**
 * Describes the machine and the program's own version. Every field is picked: the environment, paths, host name and user
 * do not belong in a published file. Never throws; takes up to seconds on Windows.
 */
export async function describeMachine() {
  const [processor, system, git] = await Promise.all([attempt(() => cpu()), attempt(() => osInfo()), ownCheckout()])
  const brand = [processor?.manufacturer, processor?.brand].filter(Boolean).join(' ')
  const physicalCores = known(processor?.physicalCores)
  const logicalCores = known(cpus().length)
  return {
    cpu: known(cpus()[0]?.model.trim()) ?? known(brand),
    physicalCores,
    logicalCores,
    /** Logical cores that this process may use, by affinity. */
    allowedCores: availableParallelism(),
    /** Whole cores that affinity and quota together leave to this process. */
    availableCores: availableCores(),
    /** Simultaneous multithreading: more logical cores than physical ones. */
    smt: physicalCores === null || logicalCores === null ? null : logicalCores > physicalCores,
    /** As the operating system sums or shares them: on Linux the total over all cores. */
    caches: {
      l1dBytes: known(processor?.cache.l1d),
      l1iBytes: known(processor?.cache.l1i),
      l2Bytes: known(processor?.cache.l2),
      l3Bytes: known(processor?.cache.l3),
    },
    memoryBytes: totalmem(),
    /** CPU time per time that the control group allows, in cores; null also without a limit. */
    cgroupQuota: cgroupQuota() ?? null,
    /** The logical cores allowed, as Linux lists them ("0-3,8"). */
    affinity: /^Cpus_allowed_list:\s*(\S+)/m.exec(readText('/proc/self/status') ?? '')?.[1] ?? null,
    /** When this description was made. */
    loadAverage: currentLoad(),
    operatingSystem: {
      platform: platform(),
      name: system && known(`${system.distro} ${system.release}`.trim()),
      kernel: release(),
      architecture: arch(),
    },
    node: process.version,
    v8: process.versions.v8,
    execArgv: flagNames(process.execArgv),
    nodeOptions: process.env.NODE_OPTIONS === undefined ? null : flagNames(wordsOf(process.env.NODE_OPTIONS)).join(' '),
    git,
  }
}

export type Load = readonly [number, number, number]

/** Processes waiting or running, averaged over 1, 5 and 15 minutes; null on Windows, which does not count them. */
export function currentLoad(): Load | null {
  const [one, five, fifteen] = loadavg()
  return platform() === 'win32' ? null : [one, five, fifteen]
}

/** The words of NODE_OPTIONS, where double quotes keep blanks together. */
const wordsOf = (options: string): string[] => options.match(/(?:[^\s"]|"(?:\\.|[^"\\])*")+/g) ?? []

/** The flags among the words of a command line, without their values: these may hold paths. */
const flagNames = (words: readonly string[]): string[] =>
  words.flatMap((word) => /^(--?[a-z][\w-]*)(?:=|$)/i.exec(word)?.[1] ?? [])

/** The nearest folder around a folder that holds a package.json. */
const packageFolder = (folder: string): string =>
  existsSync(join(folder, 'package.json')) || dirname(folder) === folder ? folder : packageFolder(dirname(folder))

/** The checkout of this program; null outside one. */
export const ownCheckout = () => attempt(() => checkoutAt(packageFolder(dirname(fileURLToPath(import.meta.url)))))

/**
 * Commit and state of the checkout that has a folder as its root; null if the root is another folder, as where the program
 * is installed in a repository of the user's.
 *
 * @throws if there is no checkout, or no git
 */
export async function checkoutAt(folder: string) {
  const git = async (...command: string[]) => (await promisify(execFile)('git', command, { cwd: folder })).stdout.trim()
  if ((await git('rev-parse', '--show-prefix')) !== '') return null
  return { commit: await git('rev-parse', 'HEAD'), dirty: (await git('status', '--porcelain')) !== '' }
}

async function attempt<T>(probe: () => Promise<T>): Promise<T | null> {
  try {
    return await probe()
  } catch {
    return null
  }
}

/** systeminformation says 0, -1 or '' for what it could not find out. */
const known = <T extends string | number>(value: T | null | undefined): T | null =>
  value === undefined || value === null || value === '' || Number(value) <= 0 ? null : value
