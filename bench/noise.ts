import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { numberFrom0, option, wholeNumber } from '../src/cells/values.ts'
import { groupBy, median } from '../src/measure/statistics.ts'
import { componentsOf, type Nested } from '../src/measure/variance.ts'
import { numberIn, parseRows, type CsvRow } from '../src/report/folder/read-csv.ts'
import { appendTo } from '../src/report/rows/index.ts'
import type { NoiseRow } from '../src/report/rows/noise.ts'
import { percent } from '../src/report/text/format.ts'
import { plainTable } from '../src/report/text/text-table.ts'
import { command } from './options/command.ts'
import { OUT } from './options/run-options.ts'
import { interruptible } from './run/interrupt.ts'
import { announceKernel, beginRun } from './run/run.ts'
import { openTerminal } from './run/terminal.ts'

const NAME = 'noise'
const CELLS = ['serial-1', 'data-owner-2']
const CELL_OPTIONS = '--modes data --reduction owner --threads 2'
/** Consecutive steps of a session that count as a block. */
const BLOCKS = 4
const STEPS = 40

const NOISE_OPTIONS = {
  minutes: option('--minutes <count>', 'moments at which runs are made', wholeNumber(2, 1000), 4),
  pause: option('--pause <seconds>', 'between these moments', numberFrom0, 30),
  processes: option('--processes <count>', 'runs at each moment, each a process of its own', wholeNumber(2, 100), 3),
  sessions: option('--sessions <count>', 'sessions of each run', wholeNumber(2, 100), 4),
  ...OUT,
}

/** From the outermost to the innermost. */
const LEVELS = ['minute', 'process', 'session', 'block', 'step'] as const
/** Above a session; blocks and steps of two cells are not measured side by side. */
const PAIRED_LEVELS = LEVELS.slice(0, 3)

/**
 * Where the noise lives: how step times vary between steps, blocks, sessions, processes and minutes, as components of
 * variance. Varies: nothing. Fixed: everything; that it differs all the same is the noise.
 */
export const noise = command({
  name: NAME,
  summary: 'where the noise lives: steps, sessions, processes or minutes?',
  takes: [],
  own: NOISE_OPTIONS,
  examples: ['noise', 'noise --minutes 10 --pause 120'],
  settle: (values) => values,
  async run({ minutes, pause, processes, sessions, out: asked }, { words }) {
    const { say, explain } = openTerminal()
    const { choice } = announceKernel(undefined, say)
    const line = `scaling --kernel ${choice.name} ${CELL_OPTIONS} --blocks ${sessions} --steps ${STEPS}`.split(' ')
    const { folder } = await beginRun(asked, NAME, words)
    const runs: CsvRow[][][] = []
    await interruptible(async (signal) => {
      for (let minute = 0; minute < minutes; minute++) {
        if (minute > 0) await setTimeout(pause * 1000, undefined, { signal })
        const own: CsvRow[][] = []
        for (let number = 0; number < processes; number++) {
          const out = folder.file(`${minute}-${number}`)
          await measure(line, out, signal)
          own.push(parseRows(readFileSync(join(out, 'samples.csv'), 'utf8')))
          say(`${NAME}: minute ${minute + 1} of ${minutes}, process ${number + 1} of ${processes}`)
        }
        runs.push(own)
      }
    }).finally(() => folder.release())
    const things = [
      ...CELLS.map((cell) => ({ what: cell, levels: LEVELS, components: componentsOf(treeOf(runs, cell)) })),
      { what: CELLS.join(' / '), levels: PAIRED_LEVELS, components: componentsOf(pairedTreeOf(runs)) },
    ]
    const rows = things.flatMap(({ what, levels, components }) =>
      levels.map((level, i) => ({ runId: folder.id, what, level, variance: components[i] })),
    )
    appendTo(folder, 'noise.csv', rows)
    say(noiseTable(rows))
    explain(
      'Standard deviations of a step that each level adds of its own. Replicates of an inner level do not make the noise of an outer one any smaller.',
    )
    say(folder.file('noise.csv'))
    return true
  },
})

/** Runs this program with a command line, as a process of its own. */
async function measure(line: readonly string[], out: string, signal: AbortSignal): Promise<void> {
  const words = [...process.execArgv, process.argv[1], ...line, '--out', out]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'], signal })
  await once(child, 'exit')
}

/** The measured steps of a cell, by session. */
function sessionsOf(rows: readonly CsvRow[], cell: string): number[][] {
  const own = rows.filter((row) => row.cell === cell && row.phase === 'measured')
  return [...groupBy(own, ({ block }) => block).values()].map((steps) => steps.map((row) => numberIn(row, 'wall_ns')!))
}

/** Logarithms of step times, by minute, process, session and block. */
const treeOf = (runs: readonly CsvRow[][][], cell: string): Nested =>
  runs.map((processes) => processes.map((rows) => sessionsOf(rows, cell).map((steps) => blocksOf(steps.map(Math.log)))))

/** Equal numbers of consecutive steps. */
const blocksOf = (steps: readonly number[]): number[][] => {
  const length = Math.floor(steps.length / BLOCKS)
  return Array.from({ length: BLOCKS }, (_, block) => steps.slice(block * length, (block + 1) * length))
}

/** Logarithms of the ratio of the cells' medians, by minute, process and session. */
const pairedTreeOf = (runs: readonly CsvRow[][][]): Nested =>
  runs.map((processes) =>
    processes.map((rows) => {
      const [serial, split] = CELLS.map((cell) => sessionsOf(rows, cell).map(median))
      return serial.map((ns, session) => Math.log(ns / split[session]))
    }),
  )

/** A row per cell, a column per level. */
function noiseTable(rows: readonly NoiseRow[]): string {
  return plainTable(
    [...groupBy(rows, ({ what }) => what)],
    [
      ['', ([what]) => what, 'left'],
      ...LEVELS.map(
        (level) =>
          [
            level,
            ([, own]: readonly [string, NoiseRow[]]) => {
              const found = own.find((row) => row.level === level)
              return found ? percent(Math.sqrt(found.variance), 1) : ''
            },
          ] as const,
      ),
    ],
  )
}
