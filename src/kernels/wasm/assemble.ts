import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import assembler from 'wabt'
import { moduleText } from './module.ts'
import { SPECIFICATIONS, type WasmKernelName } from './specification.ts'

/**
 * A step of the build: assembles each kernel's text into a `.wasm` file beside this one.
 * `--print NAME` writes the text of a kernel to the console instead, to be read.
 */
const { values } = parseArgs({ options: { print: { type: 'string' } } })
const names = Object.keys(SPECIFICATIONS) as WasmKernelName[]

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
