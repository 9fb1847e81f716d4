import { describe, expect, it } from 'vitest'
import { refusal } from './command-lines.ts'

describe('a refused command line', () => {
  it.each([
    ['--batch 0', '--batch 0: expected a whole number from 1 to 1000000'],
    ['--batch 1.5', '--batch 1.5: expected a whole number from 1 to 1000000'],
    ['--batch 1e3', '--batch 1e3: expected a whole number from 1 to 1000000'],
    ['--batch=', '--batch "": expected a whole number from 1 to 1000000'],
    ['--microbatches -1', '--microbatches -1: expected a whole number from 1 to 1000000'],
    [
      '--modes serial,dta',
      '--modes serial,dta: expected all, or a comma list of serial, data, layer, pipeline, tensor, hybrid',
    ],
    ['--schedule 2f2b', '--schedule 2f2b: expected all, or a comma list of gpipe, 1f1b, interleaved, zero-bubble'],
    ['--reduction ring,', '--reduction ring,: expected all, or a comma list of gather, tree, ring, direct, owner'],
    ['--handoff mail', '--handoff mail: expected all, or a comma list of shared, transfer, clone'],
    ['--dispatch often', '--dispatch often: expected all, or a comma list of resident, task'],
    ['--wait long', '--wait long: expected all, or a comma list of spin-then-wait, spin, wait'],
    ['--chunks 0', '--chunks 0: expected a whole number from 1 to 1000'],
    ['--memory-per-rank 8', '--memory-per-rank 8: expected an amount of memory like 512KiB, 8MiB or 1GiB'],
    ['--precision 0', '--precision 0: expected a share above 0% and up to 100%, like 2%'],
    ['--budget 0', '--budget 0: expected a number above 0 and below 86400'],
    ['--threads 0', '--threads 0: expected a comma list of whole numbers from 1 to 256'],
    ['--threads 1,257', '--threads 1,257: expected a comma list of whole numbers from 1 to 256'],
    ['--activation gelu', '--activation gelu: expected one of relu, tanh, sigmoid, identity'],
    ['--loss hinge', '--loss hinge: expected one of cross-entropy, mse'],
    ['--optimizer lion', '--optimizer lion: expected one of sgd, momentum, adam'],
    ['--learning-rate 0', '--learning-rate 0: expected a number above 0'],
    ['--learning-rate 1e999', '--learning-rate 1e999: expected a number above 0'],
    ['--seed 4294967296', '--seed 4294967296: expected a whole number from 0 to 4294967295'],
    ['--dataset=', '--dataset "": expected synthetic or the path of a data file'],
    ['train --held-out 1', '--held-out 1: expected a number above 0 and below 1'],
    ['train --epochs ten', '--epochs ten: expected a whole number from 1 to 1000000'],
  ])('names the flag, the value and what is allowed: %s', (line, message) => {
    expect(refusal(line)).toBe(message)
  })

  it.each(['784', '784-', '784-0', '784-65537', '-', '10x10'])('has no layers in %s', (layers) => {
    expect(refusal(`--layers ${layers}`)).toBe(
      `--layers ${layers}: expected at least two widths, the inputs first and the classes last, like 784-256-10, each from 1 to 65536`,
    )
  })

  it('with an unknown flag suggests the nearest', () => {
    expect(refusal('--bach 3')).toBe("unknown option '--bach' (Did you mean --batch?); see --help")
  })

  it('with a flag without its value says so', () => {
    expect(refusal('--batch')).toBe("option '--batch <samples>' argument missing; see --help")
  })

  it('with another word names the commands', () => {
    const expected =
      'expected one of scaling, weak, growth, bubble, memory, combine, all, plan, simulate, train, kernels, ' +
      'handoff, noise, compare, report as the first word, then only flags'
    expect(refusal('tarin')).toBe(`tarin: ${expected}`)
    expect(refusal('tarin --epochs 1')).toBe(`tarin: ${expected}`)
    expect(refusal('tarin --nonsense')).toBe(`tarin: ${expected}`)
    expect(refusal('scalng --threads 2')).toBe(`scalng: ${expected}`)
    expect(refusal('--batch 8 train')).toBe(`train: ${expected}`)
    expect(refusal('train digits.csv')).toBe(`digits.csv: ${expected}`)
  })

  it('is one line whatever it was given', () => {
    expect(refusal('--modes serial\ndata')).toContain('--modes "serial\\ndata": expected')
  })
})
