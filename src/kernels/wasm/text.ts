/** Small pieces of WebAssembly text, so that the generators read like the code that they write. */

/** `count` lines, or groups of lines, made by a function of their number. */
export const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')

/** Adds to a local, in place. */
export const advance = (local: string, by: string): string =>
  `(local.set ${local} (i32.add (local.get ${local}) ${by}))`

export const get = (local: string): string => `(local.get ${local})`
export const constant = (value: number): string => `(i32.const ${value})`

/** Runs the body `count` times (a local, counted down to zero); not at all if it is zero or less. */
export const repeat = (label: string, count: string, body: string): string => `
(block ${label}_end
  (br_if ${label}_end (i32.le_s (local.get ${count}) (i32.const 0)))
  (loop ${label}
    ${body}
    (local.set ${count} (i32.sub (local.get ${count}) (i32.const 1)))
    (br_if ${label} (i32.gt_s (local.get ${count}) (i32.const 0)))))`
