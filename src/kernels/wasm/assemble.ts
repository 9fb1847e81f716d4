import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import assembler from 'wabt'
import { limits } from './measure-limits.ts'
import { products } from './product.ts'
import { smallOperations } from './small/index.ts'
import { TILES, type WasmKernelName } from './specification.ts'

/** The whole text of a kernel's module; it works on the memory that it imports, shared by all threads. */
function moduleText(name: WasmKernelName): string {
  const tile = TILES[name]
  return `(module
(import "env" "memory" (memory 1 65536 shared))
${products(tile)}
${smallOperations}
${limits(tile)})
`
}

/**
 * A step of the build: assembles each kernel's text into a `.wasm` file beside this one.
 * `--print NAME` prints the text of one kernel instead.
 */
const { values } = parseArgs({ options: { print: { type: 'string' } } })
const names = Object.keys(TILES) as WasmKernelName[]

if (values.print === undefined) {
  const wabt = await assembler()
  for (const name of names) {
    const options = { simd: true, relaxed_simd: true, threads: true }
    const module = wabt.parseWat(`${name}.wat`, moduleText(name), options)
    writeFileSync(new URL(`./${name}.wasm`, import.meta.url), module.toBinary({}).buffer)
    module.destroy()
  }
} else {
  const name = names.find((known) => known === values.print)
  if (name) console.log(moduleText(name))
  else {
    console.error(`--print ${values.print}: expected ${names.join(', ')}`)
    process.exitCode = 2
  }
}
