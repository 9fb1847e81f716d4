import type { Tile } from './micro-kernel.ts'
import { advance, constant, repeat, times, VECTOR } from './text.ts'

/** The limits of any kernel: multiply-adds from register to register, and streams through memory. */

/** Enough chains to hide the latency of two multiply-adds a cycle, and few enough for sixteen registers. */
const FEWEST_CHAINS = 12

/** Multiply-adds, of four lanes each, in one turn of `peak`. */
export const peakVectors = ({ rows, vectors }: Tile): number => Math.max(FEWEST_CHAINS, rows * vectors)

/**
 * The micro-kernel's arithmetic without its loads: its chains run for `$turns` turns without touching memory. `$at` is the
 * address of 16 bytes per chain, read before and written afterwards, so that the compiler cannot remove the loop.
 */
export function peak(tile: Tile): string {
  const chains = peakVectors(tile)
  const each = (line: (chain: number) => string) => times(chains, line)
  const step = (c: number) =>
    tile.fused
      ? `(local.set $c${c} (f32x4.relaxed_madd (local.get $s) (local.get $t${c % 2}) (local.get $c${c})))`
      : `(local.set $c${c} (f32x4.add (local.get $c${c}) (f32x4.mul (local.get $s) (local.get $t${c % 2}))))`
  return `
(func $peak (export "peak") (param $at i32) (param $turns i32)
  (local $s v128) (local $t0 v128) (local $t1 v128)
  ${each((c) => `(local $c${c} v128)`)}
  (local.set $s (v128.load32_splat (local.get $at)))
  (local.set $t0 (v128.load offset=0 (local.get $at)))
  (local.set $t1 (v128.load offset=16 (local.get $at)))
  ${each((c) => `(local.set $c${c} (v128.load offset=${VECTOR * c} (local.get $at)))`)}
  ${repeat('$turn', '$turns', each(step))}
  ${each((c) => `(v128.store offset=${VECTOR * c} (local.get $at) (local.get $c${c}))`)})`
}

/** Vectors of one turn of a stream. */
const STREAM = 4

/** c = a, over `$turns` × 64 bytes (STREAM's "copy"; McCalpin 1995). */
const copy = `
(func $copy_stream (export "copy") (param $a i32) (param $b i32) (param $c i32) (param $turns i32)
  ${times(STREAM, (v) => `(local $v${v} v128)`)}
  ${repeat(
    '$turn',
    '$turns',
    `${times(STREAM, (v) => `(local.set $v${v} (v128.load offset=${VECTOR * v} (local.get $a)))`)}
     ${times(STREAM, (v) => `(v128.store offset=${VECTOR * v} (local.get $c) (local.get $v${v}))`)}
     ${advance('$a', constant(VECTOR * STREAM))}
     ${advance('$c', constant(VECTOR * STREAM))}`,
  )})`

/** c = a + s·b, with s = ½ (STREAM's "triad"). */
const triad = `
(func $triad (export "triad") (param $a i32) (param $b i32) (param $c i32) (param $turns i32)
  ${times(STREAM, (v) => `(local $v${v} v128) (local $w${v} v128)`)}
  ${repeat(
    '$turn',
    '$turns',
    `${times(STREAM, (v) => `(local.set $v${v} (v128.load offset=${VECTOR * v} (local.get $a)))`)}
     ${times(STREAM, (v) => `(local.set $w${v} (v128.load offset=${VECTOR * v} (local.get $b)))`)}
     ${times(
       STREAM,
       (v) =>
         `(v128.store offset=${VECTOR * v} (local.get $c) (f32x4.add (local.get $v${v})
            (f32x4.mul (v128.const f32x4 0.5 0.5 0.5 0.5) (local.get $w${v}))))`,
     )}
     ${advance('$a', constant(VECTOR * STREAM))}
     ${advance('$b', constant(VECTOR * STREAM))}
     ${advance('$c', constant(VECTOR * STREAM))}`,
  )})`

export const limits = (tile: Tile): string => [peak(tile), copy, triad].join('\n')
