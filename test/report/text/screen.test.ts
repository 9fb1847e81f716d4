import { describe, expect, it } from 'vitest'
import { againOf } from '../../../src/cells/choose.ts'
import type { Outcome } from '../../../src/measure/outcome.ts'
import { screenLines } from '../../../src/report/text/screen.ts'
import {
  cellOf,
  layers,
  outcomeOf,
  pipelines,
  QUIET,
  replicas,
  serial,
  serialCell,
  shared,
  tensor,
} from './outcomes.ts'

const impossible = {
  ...tensor,
  status: 'impossible',
  findings: { errors: ['146.1 GFLOP/s are more than the cores’ peak, 112.2'], warnings: [] },
} as const
const mismatch = {
  ...shared,
  status: 'mismatch',
  summary: undefined,
  verdict: { match: 'different', maxUlp: 9, sha256: '' },
} as const
const disturbed = {
  ...QUIET,
  warnings: ['the machine was busy before the run: load 3.0 on 2 cores'],
  noise: 0.23,
}
const alone = { ...QUIET, machine: { ...QUIET.machine, cores: 1 }, outcomes: [serial] }
const alike = {
  ...QUIET,
  outcomes: [serial, ...[replicas, shared, layers].map(({ cell }) => outcomeOf(cell, 1.01, { differs: false }))],
}
const many = {
  ...QUIET,
  machine: { ...QUIET.machine, cores: 4 },
  outcomes: [
    serial,
    ...(['gather', 'tree', 'ring', 'direct', 'owner'] as const).map((reduction, i) =>
      outcomeOf(cellOf('data', { threads: 4, reduction }), 3 - i / 10),
    ),
    ...(['gpipe', '1f1b', 'zero-bubble'] as const).map((schedule, i) =>
      outcomeOf(cellOf('pipeline', { threads: 4, schedule }), 2 - i / 10, { wait: 0.2 }),
    ),
    outcomeOf(cellOf('layer', { threads: 4 }), 0.9, { wait: 0.75 }),
  ],
}

const spread = [1, 1.1, 0.92, 1.05, 0.97, 1.03]

const text = (results: typeof QUIET, width = 80) => screenLines(results, width).join('\n')

/** The answer, joined to a line. */
const bestOf = (...outcomes: readonly Outcome[]) =>
  /Which is best\? .*(\n {16}.*)?/.exec(text({ ...QUIET, outcomes: [serial, ...outcomes] }))?.[0].replace(/\n */, ' ')

/** The outcomes of a run of a few sessions, and the lines that such a run begins with. */
const few = (count: number) =>
  QUIET.outcomes.map(({ cell }) => outcomeOf(cell, 1.5, { blocks: Array<number>(count).fill(1) }))
const first = (count: number, noise?: number) => screenLines({ ...QUIET, noise, outcomes: few(count) }, 80).slice(0, 2)

describe('the screen', () => {
  it('shows a quiet run of two cores', () => {
    expect(screenLines(QUIET, 80)).toEqual([
      '2 cores AMD EPYC · Node 24.21 · fma256 · quiet (noise 2.9 %)',
      '784-256x4-10, batch 64: one thread takes 1.53 ms a step. Now 2 threads:',
      '',
      'split                times as fast  useful #  extra +  waiting .     MiB/thread',
      'tensor           1.91 [1.89, 1.93]  ###################.   3 % wait        1.91',
      'data, shared     1.88 [1.86, 1.90]  ##################+.   3 % wait        1.91',
      'data, replicas   1.63 [1.61, 1.65]  ################+++.   3 % wait        3.53',
      'pipeline, zb     1.25 [1.23, 1.27]  #############++++...  17 % wait        2.58',
      'pipeline, 1f1b   1.18 [1.16, 1.20]  ############++++....  21 % wait        2.51',
      'pipeline, gpipe  1.17 [1.15, 1.19]  ############++++....  22 % wait        2.74',
      'layers           0.93 [0.91, 0.95]  #########+..........  50 % wait        2.10',
      '',
      'Which is best?  tensor; the others are slower.',
      'Why not double? replicas: 12 % adding gradients, 4 % other extra, 3 % waiting.',
      'Idle workers?   layers: 50 % waiting (plan 50 %), one works at a time; zb 17 %.',
      'Too large?      one thread: 3.80 MiB; replicas 3.53, layers 2.10, tensor 1.91.',
      'Combine both?   needs 4 cores; simulated: replicas 2.17, 2x1x2 2.82, 2x2x1 1.76.',
      'All end with serial’s weights to the bit, but replicas (close).',
      'Pictures: results/20261125-scaling/report.html            table: bench -- --wide',
    ])
  })

  it('begins with what disturbed the run, and shows the fastest steps beside the medians', () => {
    expect(screenLines(disturbed, 80).slice(0, 8)).toEqual([
      '2 cores AMD EPYC · Node 24.21 · fma256 · disturbed (noise 23.0 %)',
      'Disturbed: the machine was busy before the run: load 3.0 on 2 cores.',
      'Disturbed: serial may differ from itself by up to 23 %.',
      'Trust the fastest steps more. --wait-idle waits for quiet, --pin binds threads.',
      '784-256x4-10, batch 64: one thread takes 1.53 ms a step (the fastest 1.53 ms).',
      '  Now 2 threads:',
      '',
      'split                times as fast  fastest  # + .                 wait   MiB',
    ])
    const wide = outcomeOf(replicas.cell, 1.63, { spread: 0.5 })
    expect(text({ ...disturbed, outcomes: [serial, wide] })).toContain(
      'replicas: 1.63 [1.13, 2.13] cannot be told from 2 in this run.',
    )
  })

  it('counts a run as disturbed whose serial is called different from itself', () => {
    const again = outcomeOf(againOf(serialCell), 1.1)
    expect(text({ ...QUIET, outcomes: [...QUIET.outcomes, again] })).toContain('disturbed (noise 2.9 %)')
  })

  it('says on one core that there is nothing to split, and what to do', () => {
    expect(screenLines(alone, 80)).toEqual([
      '1 core AMD EPYC · Node 24.21 · fma256 · quiet (noise 2.9 %)',
      '784-256x4-10, batch 64: one thread takes 1.53 ms a step.',
      '1 core: there is nothing to split. --threads 2 shows what it costs when threads',
      '  take turns; `simulate --threads 2,4` predicts what more cores would gain.',
      '',
      'Combine both?   needs 4 cores; simulated: replicas 2.17, 2x1x2 2.82, 2x2x1 1.76.',
      'Pictures: results/20261125-scaling/report.html            table: bench -- --wide',
    ])
    expect(text({ ...alone, outcomes: [serial, { ...replicas, status: 'oversubscribed' }] })).toContain(
      '2 threads take turns on it',
    )
  })

  it('shows a failed cell below the others, with the reason and without a number', () => {
    const lines = screenLines({ ...QUIET, outcomes: [serial, impossible, mismatch, replicas] }, 80)
    expect(lines.slice(3, 7).map((line) => line.trimEnd())).toEqual([
      'split               times as fast  useful #  extra +  waiting .    MiB/thread',
      'data, replicas  1.63 [1.61, 1.65]  ################+++.  3 % wait        3.53',
      'tensor          no result: 146.1 GFLOP/s are more than the cores’ peak, 112.2',
      'data, shared    no result: its weights differ from serial’s',
    ])
    expect(lines.at(-2)).toBe('Close to serial’s weights: replicas. Different: shared weights.')
  })

  it('compares nothing with a serial step that is no result', () => {
    const shown = text({ ...QUIET, outcomes: [{ ...impossible, cell: serialCell }, replicas] })
    expect(shown).toContain('one thread: no result: 146.1 GFLOP/s')
    expect(shown).toMatch(/data, replicas +938\.7 µs a step, but one thread has no result/)
    expect(shown).not.toContain('1.63')
  })

  it('claims nothing that cannot be told from one thread, and lists the textbook’s replicas first where all are equal', () => {
    const shown = text(alike)
    expect(shown).toMatch(/data, replicas +≈ 1\.01 .*\ndata, shared +≈ 1\.01 .*\nlayers +≈ 1\.01/)
    expect(shown).toContain('Faster at all?  no: no split is faster than one thread by more than 3 %.')
  })

  it('names all splits that cannot be told from the fastest, and none as best that is not faster than one thread', () => {
    const close = outcomeOf(shared.cell, 1.9, { blocks: spread })
    expect(bestOf(tensor, close, replicas)).toBe(
      'Which is best?  one of tensor, shared weights: not known which; the others are slower.',
    )
    expect(bestOf(tensor, close)).toBe('Which is best?  one of tensor, shared weights: not known which.')
    expect(bestOf(tensor, impossible, replicas)).toBe('Which is best?  tensor; the others are slower.')
    expect(bestOf(layers, outcomeOf(replicas.cell, 0.8))).toBeUndefined()
    const oneBlock = [tensor, replicas].map(({ cell }, i) => outcomeOf(cell, 2 - i / 10, { blocks: [1] }))
    expect(bestOf(...oneBlock)).toBe('Which is best?  one of tensor, replicas: not known which.')
  })

  it('says whether no split is faster than one thread, or only that it is not known', () => {
    const unknown = outcomeOf(tensor.cell, 1.1, { differs: undefined })
    expect(text({ ...QUIET, outcomes: [serial, layers, unknown] })).toContain(
      'Faster at all?  not known: no split is shown to be faster than one thread.',
    )
    expect(text({ ...QUIET, outcomes: [serial, layers] })).toContain('Faster at all?  no: no split is faster')
  })

  it('calls as many times as fast as there are threads what is shown to be', () => {
    const doubled = outcomeOf(replicas.cell, 1.99)
    expect(text({ ...QUIET, outcomes: [serial, doubled] })).toContain('replicas: 1.99 [1.97, 2.01] is 2 within 3 %.')
  })

  it('calls a run of a few sessions a look, and says where serial against itself was not judged', () => {
    expect(first(3, 0.02).join('\n')).toContain('quiet (noise 2.0 %) ·\n  a look: 3 sessions')
    expect(first(1)[0]).toBe('2 cores AMD EPYC · Node 24.21 · fma256 · noise not judged · a look: 1 session')
    expect(first(6, 0.02)[0]).not.toContain('a look')
  })

  it('does not suggest to a run that was pinned to pin it', () => {
    expect(text({ ...disturbed, pin: true })).not.toContain('--pin')
  })

  it('fits on a terminal of 24 lines, and has one more where two warnings precede it', () => {
    for (const results of [QUIET, alike, many]) expect(screenLines(results, 80).length).toBeLessThanOrEqual(24)
    expect(screenLines(disturbed, 80)).toHaveLength(25)
  })

  it('keeps the best of each mode where there are many, and says how many more there are', () => {
    const lines = screenLines(many, 80)
    const labels = lines.slice(4, 12).map((line) => line.slice(0, 15).trim())
    expect(labels).toEqual([
      'data, gather',
      'data, tree',
      'data, ring',
      'data, replicas',
      'data, shared',
      'pipeline, gpipe',
      'pipeline, 1f1b',
      'layers',
    ])
    expect(lines[12]).toBe('1 more: bench -- --wide')
    expect(lines.join('\n')).toContain('Why not 4x?     replicas: 32 % extra work.')
  })

  it('leaves answers out whose numbers are missing', () => {
    const shown = text({ ...QUIET, combined: undefined, outcomes: [serial, ...pipelines] })
    expect(shown).not.toContain('Combine both?')
    expect(shown).toContain('Idle workers?   pipeline gpipe: 22 % waiting (plan 22 %).')
    expect(text({ ...QUIET, outcomes: [] })).toContain('One thread was not measured')
  })

  it('has no line wider than asked for, nor than 80 columns', () => {
    for (const results of [
      QUIET,
      disturbed,
      alone,
      alike,
      many,
      { ...QUIET, outcomes: [serial, impossible, mismatch] },
    ]) {
      for (const width of [30, 40, 60, 72, 80, 120, 200]) {
        const widest = Math.max(...screenLines(results, width).map((line) => line.length))
        expect(widest).toBeLessThanOrEqual(Math.min(width, 80))
      }
    }
  })
})
