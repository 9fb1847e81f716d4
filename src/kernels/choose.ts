import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { UserError } from '../errors.ts'
import { js } from './js/js.ts'
import { KERNELS, type Arithmetic, type KernelChoice, type KernelFactory, type KernelName } from './kernel.ts'
import { checkArithmetic, prepareSpeed } from './self-check.ts'
import { wasmKernel } from './wasm/kernel.ts'

/** The kernel that was asked for cannot run here; the message says which, and why. */
export class KernelError extends UserError {
  override readonly name = 'KernelError'
}

export interface ChosenKernel {
  readonly choice: KernelChoice
  /** GFLOP/s of a product on this thread, the best of some short slices. */
  readonly gflops: number
  /** Why faster kernels are not used. */
  readonly rejected: readonly { readonly name: KernelName; readonly reason: string }[]
}

/** The checks that a kernel must pass; tests let one of them fail. */
export interface Checks {
  /** The arithmetic that the kernel computes in, or undefined if a result is wrong. */
  readonly arithmetic: (make: KernelFactory, name: KernelName) => Arithmetic | undefined
  /** Prepares a product; each call of what it gives computes it once, a slice of a millisecond or less, in GFLOP/s. */
  readonly speed: (make: KernelFactory, name: KernelName) => () => number
}

const CHECKS: Checks = { arithmetic: checkArithmetic, speed: prepareSpeed }

const [MAJOR, MINOR] = process.versions.node.split('.').map(Number)
const isAtLeast = (major: number, minor: number): boolean => MAJOR > major || (MAJOR === major && MINOR >= minor)

/** V8 prints to stderr when it does not know a flag, so the version decides which flags are set. */
const needsRelaxedFlag = !isAtLeast(22, 0)
const hasRevectorize = isAtLeast(23, 5)

const REVECTORIZE = '--experimental-wasm-revectorize'

/**
 * A kernel is given up for one before it in the list only if it is clearly slower, as `fma256` is where V8 has not joined
 * its vectors: between kernels of about the same speed, noise must not decide the arithmetic.
 */
const CLEARLY_SLOWER = 0.8
/** … and only if it is so in each of several rounds, since other programs may disturb one. */
const ROUNDS = 3
/** Slices of each kernel in a round. One that is not disturbed is enough. */
const SLICES = 20

/** A kernel whose results are right, ready to be timed. */
interface Candidate {
  readonly choice: KernelChoice
  readonly slice: () => number
}

/**
 * The kernel that was asked for, or the fastest that gives right results here. Each is compiled, checked against the
 * definition of its arithmetic, and timed for some milliseconds. Call it once, before any thread is started: threads
 * inherit V8's flags.
 *
 * @throws KernelError if the kernel that was asked for cannot run
 */
export function chooseKernel(wanted: KernelName | undefined, checks: Checks = CHECKS): ChosenKernel {
  const rejected: { name: KernelName; reason: string }[] = []
  const candidates: Candidate[] = []
  for (const name of wanted ? [wanted] : KERNELS) {
    const tried = tryKernel(name, checks)
    if (typeof tried === 'string') rejected.push({ name, reason: tried })
    else candidates.push(tried)
  }
  if (candidates.length === 0) throw new KernelError(`--kernel ${wanted}: ${rejected[0].reason}`)
  const { at, gflops } = fastest(candidates)
  const { choice } = candidates[at]
  if (choice.name !== 'fma256' && hasRevectorize) setFlagsFromString(`--no-${REVECTORIZE.slice(2)}`)
  return { choice, gflops, rejected }
}

/** The last candidate that is not clearly slower than the fastest in every round. */
function fastest(candidates: readonly Candidate[]) {
  let [at, gflops] = [-1, 0]
  for (let round = 0; round < ROUNDS && at < candidates.length - 1; round++) {
    const speeds = timeInTurn(candidates)
    const most = Math.max(...speeds)
    const here = speeds.findLastIndex((speed) => speed > CLEARLY_SLOWER * most)
    if (here > at) [at, gflops] = [here, speeds[here]]
  }
  return { at, gflops }
}

/** The best slice of each candidate. They take turns, so that what disturbs one for longer disturbs all. */
function timeInTurn(candidates: readonly Candidate[]): number[] {
  const best = candidates.map(() => 0)
  for (let turn = 0; turn < SLICES; turn++) {
    candidates.forEach(({ slice }, at) => {
      best[at] = Math.max(best[at], slice())
    })
  }
  return best
}

function tryKernel(name: KernelName, checks: Checks): Candidate | string {
  try {
    const loaded = loadKernel(name)
    if (typeof loaded === 'string') return loaded
    const make = createKernel(loaded)
    const arithmetic = checks.arithmetic(make, name)
    if (arithmetic === undefined) return 'its results are wrong on this machine'
    return { choice: { ...loaded, arithmetic }, slice: checks.speed(make, name) }
  } catch (error) {
    return `it fails on this machine: ${String(error)}`
  }
}

/** A kernel with its compiled code, or the reason why it cannot be compiled here. */
function loadKernel(name: KernelName): KernelChoice | string {
  if (name === 'js') return { name, arithmetic: 'f32' }
  if (name === 'fma256') {
    if (process.arch !== 'x64') return `it needs an x64 processor; this one is ${process.arch}`
    if (!hasRevectorize) return `it needs Node 23.5 or later; this is ${process.versions.node}`
    setFlagsFromString(REVECTORIZE)
  }
  if (name !== 'simd' && needsRelaxedFlag) setFlagsFromString('--experimental-wasm-relaxed-simd')
  // V8's baseline code is several times slower, and how long it stays in use depends on what else runs.
  setFlagsFromString('--no-liftoff')
  const bytes = readFileSync(new URL(`./wasm/${name}.wasm`, import.meta.url))
  if (!WebAssembly.validate(bytes)) return `this version of Node (${process.versions.node}) cannot compile it`
  return { name, arithmetic: name === 'simd' ? 'f32' : 'fma', module: new WebAssembly.Module(bytes) }
}

/** The factory of a chosen kernel, in any thread. */
export const createKernel = ({ name, arithmetic, module }: KernelChoice): KernelFactory =>
  module ? wasmKernel(name, arithmetic, module) : js
