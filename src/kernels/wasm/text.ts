import { FLOAT_BYTES, TILE_WIDTH } from '../kernel.ts'

/** Small pieces of WebAssembly text, so that the generators read like the code that they write. */

export const FLOAT = FLOAT_BYTES

/** `count` lines, or groups of lines, made by a function of their number. */
export const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')

/** `count` names of locals, or what else is numbered from 0. */
export const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => prefix + index)

/** Declares locals of one type. */
export const declare = (locals: readonly string[], type: 'i32' | 'v128'): string =>
  locals.map((local) => `(local ${local} ${type})`).join(' ')

/** Adds to a local, in place. */
export const advance = (local: string, by: string): string =>
  `(local.set ${local} (i32.add (local.get ${local}) ${by}))`

export const get = (local: string): string => `(local.get ${local})`
export const set = (local: string, value: string): string => `(local.set ${local} ${value})`
export const constant = (value: number): string => `(i32.const ${value})`

/** The width of every tile, in columns and in bytes. */
export const WIDTH = constant(TILE_WIDTH)
export const WIDTH_BYTES = constant(TILE_WIDTH * FLOAT)

/** A tag: runs the text `count` times (a local, counted down to zero); not at all if it is zero or less. */
export const repeat =
  (label: string, count: string) =>
  (text: TemplateStringsArray, ...values: readonly string[]): string => `
(block ${label}_end
  (br_if ${label}_end (i32.le_s (local.get ${count}) (i32.const 0)))
  (loop ${label}
    ${String.raw(text, ...values)}
    (local.set ${count} (i32.sub (local.get ${count}) (i32.const 1)))
    (br_if ${label} (i32.gt_s (local.get ${count}) (i32.const 0)))))`

/**
 * A function, exported under its own name. The constants of its body become locals that are set once, before the loops:
 * V8 of Node 24 would otherwise assemble them anew at each use, in a quarter more time, and not join neighbouring vectors.
 */
export function exportedFunction(
  name: string,
  parameters: readonly string[],
  locals: { readonly integers: readonly string[]; readonly vectors: readonly string[] },
  body: string,
): string {
  const constants = [...new Set(body.match(/\(v128\.const [^)]*\)/g))]
  const hoisted = constants.reduce((text, c, at) => text.replaceAll(c, `(local.get $constant${at})`), body)
  return `
(func $${name} (export "${name}")
  ${parameters.map((parameter) => `(param ${parameter})`).join(' ')}
  ${declare(locals.integers, 'i32')}
  ${declare([...locals.vectors, ...numbered('$constant', constants.length)], 'v128')}
  ${constants.map((c, at) => `(local.set $constant${at} ${c})`).join('\n')}
  ${hoisted})`
}
