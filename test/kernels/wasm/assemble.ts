import wabt from 'wabt'

/** A module of functions in WebAssembly text, which work on the memory that it imports as `env.memory`. */
export async function assemble(functions: string): Promise<WebAssembly.Module> {
  const assembler = await wabt()
  const text = `(module (import "env" "memory" (memory 1 65536 shared)) ${functions})`
  const assembled = assembler.parseWat('functions.wat', text, { simd: true, threads: true })
  return new WebAssembly.Module(assembled.toBinary({}).buffer)
}
