import { growthRow, ledgerRow, processEvent, run, spanEvent, summaryRow } from './rows.ts'

export const THREADS = [1, 2, 4]
export const FAMILIES = ['data-owner', 'pipeline-1f1b']
export const LABELS = ['data, shared weights', 'pipeline, 1f1b']
export const scaling = [
  summaryRow('serial-1', { speedup: 1 }),
  ...FAMILIES.flatMap((family) => THREADS.map((threads) => summaryRow(`${family}-${threads}`))),
  summaryRow('serial-again-1'),
]
export const bubble = ['gpipe', '1f1b', 'zero-bubble'].flatMap((schedule) =>
  [1, 2, 4].map((microbatches) =>
    summaryRow(`pipeline-${schedule}-m${microbatches}-2`, {
      experiment: 'bubble',
      microbatches,
      bubble_fraction_ideal: schedule === 'zero-bubble' ? 0.1 : 0.25,
    }),
  ),
)
export const ledger = ['serial-1', 'data-owner-2'].flatMap((cell) => [
  ledgerRow(cell, 0, 'forward', 750),
  ledgerRow(cell, 0, 'wait-barrier', 250),
])
export const growth = [10, 100, 1000].flatMap((value) =>
  [0, 1, 2].map((block) => growthRow('serial-1', 'batches', value, block, value * 1e6)),
)
export const trace = [
  processEvent(0, 'data-owner-1'),
  spanEvent(0, 0, 'forward', 0, 50),
  processEvent(1, 'data-owner-2'),
  spanEvent(1, 0, 'forward', 0, 30),
  spanEvent(1, 0, 'wait-barrier', 30, 40),
  spanEvent(1, 1, 'backward-weight', 0, 40),
]
export const everything = run({ summary: [...scaling, ...bubble], ledger, growth, trace })
