import { limits } from './limits.ts'
import { products } from './product.ts'
import { smallOperations } from './small/index.ts'
import { SPECIFICATIONS, type WasmKernelName } from './specification.ts'

/** The whole text of a kernel's module; it works on the memory that it imports, shared by all threads. */
export function moduleText(name: WasmKernelName): string {
  const { tile, blocking } = SPECIFICATIONS[name]
  return `(module
(import "env" "memory" (memory 1 65536 shared))
${products(tile, blocking)}
${smallOperations}
${limits(tile)})
`
}
