import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import assembler from 'wabt'
import { limits } from './measure-limits.ts'
import { products } from './product.ts'
import { smallOperations } from './small/index.ts'
import { TILES, type Tile } from './specification.ts'

/** The whole text of a kernel's module; it works on the memory that it imports, shared by all threads. */
const moduleText = (tile: Tile): string => `(module
(import "env" "memory" (memory 1 65536 shared))
${products(tile)}
${smallOperations}
${limits(tile)})
`

/**
 * A step of the build: assembles each kernel's text into a `.wasm` file beside this one.
 * `--print NAME` prints the text of one kernel instead.
 */
const { values } = parseArgs({ options: { print: { type: 'string' } } })
const kernels = Object.entries(TILES)
const found = kernels.find(([name]) => name === values.print)

if (values.print === undefined) {
  const wabt = await assembler()
  for (const [name, tile] of kernels) {
    const module = wabt.parseWat(`${name}.wat`, moduleText(tile), { simd: true, relaxed_simd: true, threads: true })
    writeFileSync(new URL(`./${name}.wasm`, import.meta.url), module.toBinary({}).buffer)
    module.destroy()
  }
} else if (found) console.log(moduleText(found[1]))
else {
  console.error(`--print ${values.print}: expected ${Object.keys(TILES).join(', ')}`)
  process.exitCode = 2
}
