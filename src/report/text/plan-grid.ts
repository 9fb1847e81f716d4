import { isFused, passOf, flopOf } from '../../plan/read/work.ts'
import type { Instruction, Plan } from '../../plan/plan.ts'
import { simulate } from '../../simulate/simulate.ts'
import { evenTicks } from '../charts/ticks.ts'

const IDLE = '·'
/** Instructions without products take a share of a step in the grid, to be seen: `each` this, but together at most `most`. */
const SMALL_SHARE = { each: 1 / 60, most: 0.15 }
const LEAST_COLUMNS = 20

/** Letters of instructions that are not a pass, or not drawn as one. */
const LETTERS: Partial<Record<Instruction['op'], string>> = {
  loss: 'L',
  reduce: 'R',
  update: 'U',
  pack: 'P',
  send: 'H',
  take: 'H',
}

/** The label of an instruction in a grid; undefined for signals. */
function labelOf(instruction: Instruction, fused: boolean): string | undefined {
  const pass = passOf(instruction, fused)
  const letter = LETTERS[instruction.op] ?? pass
  return pass && 'microbatch' in instruction ? `${letter}${instruction.microbatch}` : letter
}

/** When each rank does what if time were flop and handing over were free; neighbours with one label are one block. */
function blocksOf(plan: Plan) {
  const fused = isFused(plan)
  const flop = plan.programs.map((program) => program.reduce((sum, each) => sum + flopOf(plan, each), 0))
  const isSmall = (each: Instruction) => flopOf(plan, each) === 0 && labelOf(each, fused) !== undefined
  const small = Math.max(...plan.programs.map((program) => program.filter(isSmall).length))
  const least = Math.max(...flop) * Math.min(SMALL_SHARE.each, SMALL_SHARE.most / small)
  const blocks = plan.programs.map((): { label: string; from: number; to: number }[] => [])
  const { duration } = simulate(
    plan,
    (instruction) => (isSmall(instruction) ? least : flopOf(plan, instruction)),
    (rank, index, from, to) => {
      const label = labelOf(plan.programs[rank][index], fused)
      if (label === undefined) return
      const last = blocks[rank].at(-1)
      if (last?.label === label && last.to === from) last.to = to
      else blocks[rank].push({ label, from, to })
    },
  )
  return { blocks, duration }
}

/** How long a plan's grid lasts, in flop: plans that are to be compared share the longest. */
export const gridDuration = (plan: Plan): number => blocksOf(plan).duration

/**
 * A plan as a grid: a line per rank, time going to the right, and a time axis on which 1 is the work of one thread alone.
 * A block is `F0───`, or its letter alone where the number has no room; a dot is a rank that waits.
 *
 * @param width characters of a line
 * @param longest the duration, in flop, that takes the whole width; by default this plan's
 */
export function planGridLines(plan: Plan, width = 80, longest = gridDuration(plan)): string[] {
  const { blocks, duration } = blocksOf(plan)
  const digits = String(plan.programs.length - 1).length
  const prefix = 'rank '.length + digits + 1
  const columns = Math.max(LEAST_COLUMNS, width - prefix)
  const column = (time: number) => Math.round((time / longest) * columns)
  const lines = blocks.map((own, rank) => {
    const line = Array.from({ length: column(duration) }, () => IDLE)
    for (const { label, from, to } of own) {
      const [start, end] = [column(from), column(to)]
      const shown = label.length <= end - start ? label : label[0]
      for (let at = start; at < end; at++) line[at] = shown[at - start] ?? '─'
    }
    return `rank ${String(rank).padStart(digits)} ${line.join('')}`
  })
  return [...lines, `${'time'.padEnd(prefix)}${axisLine(plan, column, longest, columns)}`]
}

/** Numbers that begin at the columns of their times. */
function axisLine(plan: Plan, column: (time: number) => number, longest: number, columns: number): string {
  const alone = plan.programs.flat().reduce((sum, each) => sum + flopOf(plan, each), 0)
  let line = ''
  for (const tick of evenTicks(longest / alone)) {
    const at = column(tick * alone)
    if (at + String(tick).length <= columns) line = `${line.padEnd(at)}${tick}`
  }
  return line
}

/** The meaning of the letters of a grid. */
export const PLAN_GRID_LEGEND =
  'F forward, L loss, B backward (or I gradient of the input, W of the weights), with the microbatch where there is ' +
  'room; R add gradients, U update, P pack weights, H hand over in messages; a dot waits. Time 1 is the work of one ' +
  'thread alone; L, R, U, P and H are drawn longer than they are.'
