import { effects, INITIAL_VERSION, signalsOf } from '../../../src/plan/effects.ts'
import type { Instruction, Plan, Region } from '../../../src/plan/plan.ts'
import type { Span } from '../../../src/plan/span.ts'
import { atomic, CELLS_PER_COUNTER, type Primitive } from './counter.model.ts'
import type { Cells, Model, Step } from './explore.ts'
import { growing, publishesPerStep, signalSteps } from './signals.ts'

/** One access of a block: the cell is to hold `value`, before it if it is a read, after it if it is a write. */
interface Access {
  readonly kind: 'read' | 'write'
  readonly cell: number
  readonly value: number
  readonly text: string
}

/**
 * The threads that run a plan for some steps, as interpret.ts and bind.ts let them: the barrier of step −1, then every
 * program again and again, with targets that grow. Each part of a buffer that is accessed as a whole is a cell that
 * holds which version of which step lies there, and a read of any other is a violation.
 *
 * What a rank does between two signals is one step. Nothing is lost: nobody can see how far it has come in between, and
 * a race with a part of it is a race with the whole (see `explore`).
 */
export function planModel(plan: Plan, steps: number, primitive: Primitive = atomic): Model {
  const { counters, programs } = plan
  const seen = counters.length * CELLS_PER_COUNTER
  const memory = memoryOf(plan, seen + programs.length)
  const perStep = publishesPerStep(counters, programs)
  const synchronisation = { counters, perStep, primitive, target: growing }

  const processes = programs.map((program, rank) => {
    const all: Step[] = []
    let block: Access[] = []
    const flush = () => {
      if (block.length > 0) all.push(blockStep(block, memory.nameOf))
      block = []
    }
    const run = (instruction: Instruction, step: number) => {
      block.push(...memory.accesses(instruction, step))
      const signals = signalsOf(instruction)
      if (signals.length === 0) return
      flush()
      const ahead = instruction === program.at(-1) ? 1 : 0
      all.push(...signalSteps(synchronisation, signals, step + ahead, seen + rank))
    }
    run(program[program.length - 1], -1)
    for (let step = 0; step < steps; step++) for (const instruction of program) run(instruction, step)
    flush()
    return { name: `rank ${rank}`, program: all }
  })
  return { cells: memory.end, initial: memory.initial, processes }
}

function blockStep(block: readonly Access[], nameOf: (value: number) => string): Step {
  const cellsOf = (kind: Access['kind']) => [
    ...new Set(block.filter((access) => access.kind === kind).map(({ cell }) => cell)),
  ]
  const writes = block.filter(({ kind }) => kind === 'write')
  return {
    text: [...new Set(block.map(({ text }) => text))].join(', '),
    reads: cellsOf('read'),
    writes: cellsOf('write'),
    wrong(cells: Cells) {
      const own = new Map<number, number>()
      for (const { kind, cell, value, text } of block) {
        const held = own.get(cell) ?? cells[cell]
        if (kind === 'write') own.set(cell, value)
        else if (held !== value) return `${text} reads '${nameOf(held)}' instead of '${nameOf(value)}'`
      }
      return undefined
    },
    act(cells: Cells) {
      for (const { cell, value } of writes) cells[cell] = value
    },
  }
}

/** Where each part of each buffer lies from cell `begin` on, and which number stands for which version. */
function memoryOf({ buffers, programs }: Plan, begin: number) {
  const regions = programs.flat().flatMap((instruction) => {
    const { reads, writes } = effects(instruction)
    return [...reads, ...writes]
  })
  let end = begin
  const layouts = buffers.map(({ slots }, buffer) => {
    const own = regions.filter((region) => region.buffer === buffer)
    const rows = edgesOf(own.map((region) => region.rows))
    const columns = edgesOf(own.map((region) => region.columns))
    const first = end
    end += slots * rows.length * columns.length
    return { first, rows, columns }
  })
  const cellsOf = ({ buffer, slot, rows, columns }: Region): number[] => {
    const layout = layouts[buffer]
    return within(layout.rows, rows).flatMap((i) =>
      within(layout.columns, columns).map(
        (j) => layout.first + (slot * layout.rows.length + i) * layout.columns.length + j,
      ),
    )
  }

  const names = ['nothing']
  /** What is there `before` a step is what was there `after` the one before it; batches do not change. */
  const valueOf = (version: string, step: number): number => {
    const name =
      version === 'batch' ? version : version === 'before' ? `after in step ${step - 1}` : `${version} in step ${step}`
    const known = names.indexOf(name)
    return known < 0 ? names.push(name) - 1 : known
  }

  const initial = new Map<number, number>()
  for (const region of regions) {
    const version = INITIAL_VERSION[buffers[region.buffer].role]
    if (version) for (const cell of cellsOf(region)) initial.set(cell, valueOf(version, 0))
  }

  const accesses = (instruction: Instruction, step: number): Access[] => {
    const { reads, writes } = effects(instruction)
    const layer = 'layer' in instruction ? ` ${instruction.layer}` : ''
    const text = `${instruction.op}${layer} in step ${step}`
    const accessesOf = (kind: Access['kind'], touched: readonly Region[]) =>
      touched.flatMap((region) =>
        cellsOf(region).map((cell) => ({ kind, cell, value: valueOf(region.version, step), text })),
      )
    return [...accessesOf('read', reads), ...accessesOf('write', writes)]
  }
  return { end, initial, accesses, nameOf: (value: number) => names[value] }
}

/** Where spans begin and end, in ascending order: the parts that are accessed as a whole lie between. */
const edgesOf = (spans: readonly Span[]): number[] =>
  [...new Set(spans.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b)

/** The parts that make up a span, each by the index of the edge it begins at. */
const within = (edges: readonly number[], { from, to }: Span): number[] =>
  edges.flatMap((edge, index) => (edge >= from && edge < to ? [index] : []))
