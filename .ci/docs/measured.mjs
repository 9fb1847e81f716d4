import { handoff, products, steps } from './alone.mjs'
import { growth, memory, predictions } from './experiments.mjs'
import { citation, folders, picture, screen } from './folders.mjs'
import { noise, repeat } from './noise.mjs'
import { provenance } from './reference.mjs'
import { bubble, combine, models, splits, weak } from './splits.mjs'

/** Blocks that are made from one run: its folder, and what makes the block. */
const OF_RUNS = {
  splits: ['all', splits],
  screen: ['all', screen],
  weak: ['all', weak],
  growth: ['all', growth],
  bubble: ['all', bubble],
  memory: ['all', memory],
  combine: ['all', combine],
  citation: ['all', citation],
  products: ['kernels', products],
  steps: ['kernels', steps],
  handoff: ['handoff', handoff],
}

/**
 * The block of measured numbers that a document asks for by name. The newest Node's reference stands for all where only
 * one is shown.
 *
 * @param results the folder of the references
 * @param linkTo a path from the document
 */
export function measuredOf(asked, references, results, linkTo) {
  const [reference] = references
  const [name, ...rest] = asked.split(' ')
  const words = rest.join(' ')
  if (name in OF_RUNS) {
    const [folder, make] = OF_RUNS[name]
    return make(reference.run(folder))
  }
  if (name === 'provenance') return provenance(reference.run(rest[0]), rest.slice(1).join(' '))
  if (name === 'predictions') return predictions(references)
  if (name === 'models') return models(reference)
  if (name === 'noise') return noise(reference)
  if (name === 'repeat') return repeat(results)
  if (name === 'folders') return folders(references, linkTo)
  if (name === 'picture') return picture(reference, linkTo, words)
  throw new Error(`no measured block is called ${name}`)
}
