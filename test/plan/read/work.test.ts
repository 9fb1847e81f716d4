import { expect, it } from 'vitest'
import { planGrid } from '../../../src/plan/build/programs.ts'
import { GRID_DEFAULTS, type Grid } from '../../../src/plan/grid.ts'
import { productOf } from '../../../src/plan/read/work.ts'

const grid: Grid = {
  model: { widths: [7, 5, 3], activation: 'relu', loss: 'mse' },
  optimizer: 'sgd',
  batch: 4,
  dp: 1,
  pp: 1,
  microbatches: 1,
  schedule: 'gpipe',
  reduction: 'owner',
  ...GRID_DEFAULTS,
}

const productsOf = (of: Grid) => {
  const plan = planGrid(of)
  return plan.programs.flatMap((program) =>
    program.flatMap((instruction, index) => productOf(plan, instruction, program[index + 1]) ?? []),
  )
}

it('a product has rows and columns of its result, and terms of each sum', () => {
  expect(productsOf(grid)).toEqual([
    { form: 'forward', m: 4, n: 5, k: 7, updates: false },
    { form: 'forward', m: 4, n: 3, k: 5, updates: false },
    { form: 'input', m: 4, n: 5, k: 3, updates: false },
    { form: 'weight', m: 5, n: 3, k: 4, updates: true },
    { form: 'weight', m: 7, n: 5, k: 4, updates: true },
  ])
})

it('a gradient updates the weights only after the last microbatch, and only by plain SGD', () => {
  const products = [{ microbatches: 2 }, { optimizer: 'adam' as const }].map((more) => productsOf({ ...grid, ...more }))
  expect(products.map((each) => each.filter(({ updates }) => updates).length)).toEqual([2, 0])
})
