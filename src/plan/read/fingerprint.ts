import type { Plan } from '../plan.ts'

/** Plans with equal fingerprints do the same work in the same order, whatever they are called. */
export const fingerprintOf = ({ model, batch, optimizer, programs }: Plan): string =>
  JSON.stringify([model, batch, optimizer, programs])
