import { MODELS } from '../dist/src/cells/work.js'

/** What `npm run reference` measures, in this order. It is fixed before anything is measured, and nothing is repeated. */

/** Needed to finish a run that was killed, and large. */
const UNFINISHED = ['samples.csv', 'visits.jsonl', 'run.json']
/** One set of pictures and calibrated instructions is enough. */
const DRAWN = /\.svg$|^(trace\.json|calibration\.csv)$/

/** The runs that noise is made of lie in folders of their own. */
const NOISE = {
  words: ['noise', '--minutes', '3', '--pause', '10'],
  seconds: 125,
  drops: (file) => UNFINISHED.includes(file) || /^\d+-\d+$/.test(file),
}

/**
 * A run of a reference: its folder, the words of its command, about how long it takes, which files are not kept, and
 * whether it runs beside a bursty load.
 */
export const PROTOCOL = [
  { folder: 'all', words: ['all'], seconds: 330, drops: (file) => UNFINISHED.includes(file) },
  ...MODELS.map(({ name }) => ({
    folder: `splits-${name}`,
    words: ['--model', name, ...'--modes data,tensor,pipeline --threads 2 --budget 18'.split(' ')],
    seconds: 35,
    drops: (file) => UNFINISHED.includes(file) || DRAWN.test(file),
  })),
  { folder: 'kernels', words: ['kernels'], seconds: 175, drops: (file) => UNFINISHED.includes(file) },
  { folder: 'noise', ...NOISE },
  { folder: 'noise-beside-load', ...NOISE, beside: 'load' },
  { folder: 'handoff', words: ['handoff'], seconds: 40, drops: (file) => UNFINISHED.includes(file) },
]

/** The Node version that a reference is for, as in `reference.json`. */
export const nodeOf = ({ node }) => `node${/\d+/.exec(node)[0]}`

/** "amd-epyc-2-cores-node24" */
export function folderNameOf(machine) {
  const { cpu, availableCores } = machine
  const processor = (cpu ?? 'unknown')
    .replaceAll(/\((R|TM)\)|@.*|\bCPU\b|\bProcessor\b|\d+-Core\b/gi, ' ')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return `${processor}-${availableCores}-${availableCores === 1 ? 'core' : 'cores'}-${nodeOf(machine)}`
}
