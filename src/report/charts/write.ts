import { join } from 'node:path'
import { overwrite } from '../folder/disk.ts'
import { MissingData } from './chart.ts'
import { readRunData } from './run-data.ts'

/**
 * Makes the charts of a run from the files in its folder alone, and writes them there as `.svg`.
 *
 * @returns a line for each chart: its path, or why it was not made
 * @throws FolderError if the folder is not that of a run or one of its files cannot be read; WriteError
 */
export async function writeCharts(folder: string): Promise<string[]> {
  const data = readRunData(folder)
  // Loading the plotting library takes half a second, which nobody should wait for who draws nothing.
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
