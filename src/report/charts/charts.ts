import { bubbleChart } from './bubble.ts'
import { growthChart } from './growth.ts'
import { ledgerChart } from './ledger.ts'
import type { Chart } from './run-data.ts'
import { efficiencyChart, speedupChart } from './scaling.ts'
import { throughputChart } from './throughput.ts'
import { timelineChart } from './timeline.ts'

/** All charts by file name. */
export const CHARTS: Readonly<Record<string, Chart>> = {
  'speedup.svg': speedupChart,
  'efficiency.svg': efficiencyChart,
  'throughput.svg': throughputChart,
  'ledger.svg': ledgerChart,
  'bubble.svg': bubbleChart,
  'growth.svg': growthChart,
  'timeline.svg': timelineChart,
}
