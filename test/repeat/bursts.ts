import { setTimeout } from 'node:timers/promises'

// A load in bursts: one core is busy for some seconds, and then idle for as long, without a rhythm.

const LONGEST_MS = 4000

for (;;) {
  const until = performance.now() + LONGEST_MS * Math.random()
  let state = 1
  while (performance.now() < until) state = Math.imul(state, 1_664_525) + 1_013_904_223
  await setTimeout(LONGEST_MS * Math.random(), state)
}
