import { reached, sleeping, SLEEPERS, type Primitive } from './counter.model.ts'
import type { Step } from './explore.ts'

/** The primitive that sleeps at once, with one thing wrong each. */
const { publish, awaitCounter } = sleeping(0)

/** Looks for sleepers before it raises the counter. */
export const lookingFirst: Primitive = {
  awaitCounter,
  publish(counter) {
    const [raise, look, notify, done] = publish(counter)
    const quietly = { ...raise }
    return [
      { ...look, jump: (cells) => (cells[SLEEPERS] > 0 ? undefined : quietly) },
      raise,
      { ...notify, jump: () => done },
      quietly,
      done,
    ]
  },
}

/** Says that it sleeps, and sleeps on whatever the counter has come to in between. */
export const sleepingBlindly: Primitive = {
  publish,
  awaitCounter(counter, target, seen) {
    const [say, look, wait, awake, done] = awaitCounter(counter, target, seen)
    const blind: Step = { ...look, jump: () => sleep }
    const sleep: Step = { ...wait, jump: () => after }
    const after: Step = { ...look, jump: (cells) => (reached(cells[seen], target) ? awake : sleep) }
    return [say, blind, sleep, after, awake, done]
  },
}

/** Does not say that it sleeps. */
export const silent: Primitive = {
  publish,
  awaitCounter(counter, target, seen) {
    const [, look, wait, , done] = awaitCounter(counter, target, seen)
    const looks: Step = { ...look, jump: (cells) => (reached(cells[seen], target) ? done : undefined) }
    return [looks, { ...wait, jump: () => looks }, done]
  },
}

/** Takes it that whoever wakes it has raised the counter far enough. */
export const trusting: Primitive = {
  publish,
  awaitCounter(counter, target, seen) {
    const [say, look, wait, awake, done] = awaitCounter(counter, target, seen)
    return [say, look, { ...wait, jump: () => awake }, awake, done]
  },
}
