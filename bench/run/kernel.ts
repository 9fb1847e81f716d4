import { chooseKernel, type Chosen } from '../../src/kernels/choose.ts'
import type { KernelName } from '../../src/kernels/kernel.ts'

/**
 * Chooses the kernel of a run and says which, and what a newer Node would give where this one is too old for the fastest.
 *
 * @throws KernelError if the kernel that was asked for cannot run
 */
export function announceKernel(wanted: KernelName | undefined, say: (line: string) => void): Chosen {
  const chosen = chooseKernel(wanted)
  const { choice, gflops, rejected } = chosen
  say(`kernel ${choice.name} (${choice.arithmetic} arithmetic), about ${gflops.toFixed(1)} GFLOP/s on one core`)
  const tooOld = rejected.find(({ reason }) => reason.includes('it needs Node'))
  if (tooOld) say(`${tooOld.name} is faster: ${tooOld.reason}\nTry: npx -y -p node@24 npm run bench`)
  return chosen
}
