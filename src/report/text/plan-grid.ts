import { isFused, passOf, flopOf } from '../../plan/read/work.ts'
import type { Instruction, Plan } from '../../plan/plan.ts'
import { simulate } from '../../simulate/simulate.ts'

/** Characters from the beginning of a step to its end. */
const WIDTH = 110
const IDLE = '·'
/** Instructions without products are drawn as if they were this share of a step, so that they can be seen. */
const SMALLEST_SHARE = 1 / WIDTH

/** What an instruction is called in a grid; undefined where it only waits or tells. */
function labelOf(instruction: Instruction, fused: boolean): string | undefined {
  const pass = passOf(instruction, fused)
  switch (instruction.op) {
    case 'forward':
    case 'backward-input':
    case 'backward-weight':
      return `${pass}${instruction.microbatch}`
    case 'loss':
      return `L${instruction.microbatch}`
    case 'reduce':
      return 'R'
    case 'update':
      return 'U'
    case 'pack':
      return 'P'
    case 'send':
    case 'take':
      return 'H'
    default:
      return undefined
  }
}

/**
 * A plan as a grid: a line per rank, time going to the right, if time were flop and handing over were free. Neighbouring
 * instructions of the same kind and microbatch are one block, `F0───`; a dot is a rank that waits.
 */
export function planGridLines(plan: Plan): string[] {
  const fused = isFused(plan)
  const flop = plan.programs.map((program) => program.reduce((sum, each) => sum + flopOf(plan, each), 0))
  const least = Math.max(...flop) * SMALLEST_SHARE
  const blocks: { label: string; from: number; to: number }[][] = plan.programs.map(() => [])
  const { duration } = simulate(
    plan,
    (instruction) => flopOf(plan, instruction) || (labelOf(instruction, fused) === undefined ? 0 : least),
    (rank, index, from, to) => {
      const label = labelOf(plan.programs[rank][index], fused)
      if (label === undefined) return
      const last = blocks[rank].at(-1)
      if (last?.label === label && last.to === from) last.to = to
      else blocks[rank].push({ label, from, to })
    },
  )
  const column = (time: number) => Math.round((time / duration) * WIDTH)
  const digits = String(plan.programs.length - 1).length
  return blocks.map((own, rank) => {
    const line = Array.from({ length: WIDTH }, () => IDLE)
    for (const { label, from, to } of own) {
      const [start, end] = [column(from), column(to)]
      for (let at = start; at < end; at++) line[at] = label[at - start] ?? '─'
    }
    return `rank ${String(rank).padStart(digits)} ${line.join('')}`
  })
}

/** What the letters of a grid mean. */
export const PLAN_GRID_LEGEND =
  'F forward, L loss, B backward (or I gradient of the input, W of the weights), with the microbatch; R add gradients, ' +
  'U update, P pack weights, H hand over in messages; a dot waits'
