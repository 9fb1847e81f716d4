import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cpu, osInfo } from 'systeminformation'
import { availableCores, cgroupQuota } from './cores.ts'

/** Processes waiting or running, averaged over 1, 5 and 15 minutes. */
export type Load = readonly [number, number, number]

/**
 * What a reader needs to know of the machine behind the times, as `machine.json` holds it. Every field is
 * picked: the environment, host name and user do not belong in a published file. Null means unknown.
 */
export interface Machine {
  readonly cpu: string | null
  readonly physicalCores: number | null
  readonly logicalCores: number | null
  /** Logical cores that this process may use, by affinity. */
  readonly allowedCores: number
  /** Whole cores that affinity and quota together leave to this process. */
  readonly availableCores: number
  /** Simultaneous multithreading: more logical cores than physical ones. */
  readonly smt: boolean | null
  /** As the operating system sums or shares them: on Linux the total over all cores. */
  readonly caches: {
    readonly l1dBytes: number | null
    readonly l1iBytes: number | null
    readonly l2Bytes: number | null
    readonly l3Bytes: number | null
  }
  readonly memoryBytes: number
  /** CPU time per time that the control group allows, in cores; null also without a limit. */
  readonly cgroupQuota: number | null
  /** The logical cores allowed, as Linux lists them ("0-3,8"). */
  readonly affinity: string | null
  /** When this description was made. */
  readonly loadAverage: Load | null
  readonly operatingSystem: {
    readonly platform: string
    readonly name: string | null
    readonly kernel: string
    readonly architecture: string
  }
  readonly node: string
  readonly v8: string
  /** Flags of Node and V8 from the command line, and those from NODE_OPTIONS. */
  readonly execArgv: readonly string[]
  readonly nodeOptions: string | null
  /** The checkout that this program runs from; null outside one. */
  readonly git: { readonly commit: string; readonly dirty: boolean } | null
}

/** Describes the machine and the program's own version. Never throws; takes up to seconds on Windows. */
export async function describeMachine(): Promise<Machine> {
  const [processor, system, affinity, git] = await Promise.all([
    attempt(() => cpu()),
    attempt(() => osInfo()),
    attempt(allowedList),
    attempt(checkout),
  ])
  const brand = [processor?.manufacturer, processor?.brand].filter(Boolean).join(' ')
  const physicalCores = known(processor?.physicalCores)
  const logicalCores = known(cpus().length)
  return {
    cpu: known(cpus()[0]?.model.trim()) ?? known(brand),
    physicalCores,
    logicalCores,
    allowedCores: availableParallelism(),
    availableCores: availableCores(),
    smt: physicalCores === null || logicalCores === null ? null : logicalCores > physicalCores,
    caches: {
      l1dBytes: known(processor?.cache.l1d),
      l1iBytes: known(processor?.cache.l1i),
      l2Bytes: known(processor?.cache.l2),
      l3Bytes: known(processor?.cache.l3),
    },
    memoryBytes: totalmem(),
    cgroupQuota: cgroupQuota() ?? null,
    affinity,
    loadAverage: currentLoad(),
    operatingSystem: {
      platform: platform(),
      name: system === null ? null : known(`${system.distro} ${system.release}`.trim()),
      kernel: release(),
      architecture: arch(),
    },
    node: process.version,
    v8: process.versions.v8,
    execArgv: process.execArgv,
    nodeOptions: process.env.NODE_OPTIONS ?? null,
    git,
  }
}

/** The load now; null on Windows, which keeps none. */
export function currentLoad(): Load | null {
  const [one, five, fifteen] = loadavg()
  return platform() === 'win32' ? null : [one, five, fifteen]
}

async function allowedList(): Promise<string | null> {
  const status = await readFile('/proc/self/status', 'utf8')
  return /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? null
}

/** Commit and state of the checkout around this very file, wherever the program was started from. */
async function checkout(): Promise<Machine['git']> {
  const cwd = fileURLToPath(new URL('.', import.meta.url))
  const git = async (...command: string[]) => (await promisify(execFile)('git', command, { cwd })).stdout.trim()
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
function known<T extends string | number>(value: T | null | undefined): T | null {
  return value === undefined || value === null || value === '' || Number(value) <= 0 ? null : value
}
