import type { DimensionName } from '../src/cells/dimensions.ts'
import { HIDDEN_WIDTHS } from '../src/cells/work.ts'
import { bubble } from './bubble.ts'
import { combine } from './combine.ts'
import { compare } from './compare.ts'
import { growth } from './growth.ts'
import { handoff } from './handoff.ts'
import { kernels } from './kernels.ts'
import { memory } from './memory.ts'
import { command, type Command } from './options/command.ts'
import { QUICK_BLOCKS, RUN_OPTIONS } from './options/run-options.ts'
import { settle } from './options/settle.ts'
import { noise } from './noise.ts'
import { plan } from './plan.ts'
import { report } from './report.ts'
import type { ExperimentKind } from './run/experiment.ts'
import { runExperiments } from './run/experiments.ts'
import { scaling } from './scaling.ts'
import { simulate } from './simulate.ts'
import { train } from './train.ts'
import { weak } from './weak.ts'

/** What `all` runs, in this order. */
export const EXPERIMENTS: readonly ExperimentKind[] = [scaling, weak, growth, bubble, memory, combine]

const all = {
  name: 'all',
  summary: 'these experiments in one run, each with the options it knows',
  takes: [...new Set(EXPERIMENTS.flatMap(({ takes }) => takes))] as readonly DimensionName[],
  examples: ['all', 'all --quick'],
}

const commandOf = (kind: Omit<ExperimentKind, 'build'>, kinds: readonly ExperimentKind[]): Command =>
  command({
    ...kind,
    own: RUN_OPTIONS,
    settle: (values, given) => {
      const blocks = values.blocks ?? (values.quick ? QUICK_BLOCKS : undefined)
      return { ...settle(values, HIDDEN_WIDTHS.scaling, given), blocks }
    },
    run: (options, circumstances) => runExperiments(kind.name, kinds, options, circumstances),
  })

/** The first is meant where none is named. */
export const COMMANDS: readonly Command[] = [
  ...EXPERIMENTS.map((kind) => commandOf(kind, [kind])),
  commandOf(all, EXPERIMENTS),
  plan,
  simulate,
  train,
  kernels,
  handoff,
  noise,
  compare,
  report,
]
