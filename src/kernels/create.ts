import { js } from './js/js.ts'
import type { KernelChoice, KernelFactory } from './kernel.ts'
import { wasmKernel } from './wasm/kernel.ts'

/** The kernel that was chosen, ready to be put to work on a memory, in whatever thread. */
export const createKernel = ({ name, arithmetic, module }: KernelChoice): KernelFactory =>
  module ? wasmKernel(name, arithmetic, module) : js
