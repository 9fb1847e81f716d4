import { join } from 'node:path'
import { overwrite } from '../folder/disk.ts'
import { parseRows } from '../folder/read-csv.ts'
import { openRun } from '../folder/run-reader.ts'
import { MissingData, TABLES, type RunData } from './run-data.ts'

/**
 * Draws the charts of a run from the files in its folder, and writes them there as `.svg`.
 *
 * @returns a line for each chart: its path, or why it was not made
 * @throws FolderError if the folder is not that of a run or one of its files cannot be read; WriteError
 */
export async function writeCharts(folder: string): Promise<string[]> {
  const run = openRun(folder)
  const data: RunData = {
    machine: run.need('machine.json', (text) => JSON.parse(text) as RunData['machine']),
    ...Object.fromEntries(TABLES.map((name) => [name, run.read(`${name}.csv`, parseRows)])),
    trace: run.read('trace.json', (text) => (JSON.parse(text) as { traceEvents: RunData['trace'] }).traceEvents),
  }
  // Imported late: the plotting library takes half a second to load.
  const { CHARTS } = await import('./charts.ts')
  return Object.entries(CHARTS).map(([name, chart]) => {
    const file = join(folder, name)
    try {
      overwrite(file, chart(data))
      return file
    } catch (error) {
      if (error instanceof MissingData) return `${name}: not made, ${error.message}`
      throw error
    }
  })
}
