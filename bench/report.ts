import { writeCharts } from '../src/report/charts/write.ts'
import { command, UsageError } from './options/command.ts'

/** Makes the charts of runs again, from their files alone. */
export const report = command({
  name: 'report',
  summary: 'draw the pictures of runs again, from their files',
  takes: [],
  own: {},
  operands: '[runs...]',
  examples: ['report results/RUN'],
  settle(_, __, { operands }) {
    if (operands.length === 0) throw new UsageError('report: expected the folders of runs')
    return operands
  },
  async run(folders) {
    for (const folder of folders) for (const line of await writeCharts(folder)) console.log(line)
    return true
  },
})
