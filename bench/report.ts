import { writeCharts } from '../src/report/charts/write.ts'
import { WriteError } from '../src/report/folder/disk.ts'
import { FolderError } from '../src/report/folder/run-folder.ts'

const USAGE = 'npm run report -- RUN [RUN…], where RUN is the folder of a run'
const EXIT_FAILED = 1
const EXIT_USAGE = 2

/** Makes the charts of runs again, from their files alone. */
const folders = process.argv.slice(2)
if (folders.includes('--help') || folders.includes('-h')) console.log(`Usage: ${USAGE}`)
else if (folders.length === 0) fail(`expected ${USAGE}`, EXIT_USAGE)
else {
  try {
    for (const folder of folders) for (const line of await writeCharts(folder)) console.log(line)
  } catch (error) {
    if (error instanceof FolderError) fail(error.message, EXIT_USAGE)
    else if (error instanceof WriteError) fail(error.message, EXIT_FAILED)
    else throw error
  }
}

function fail(message: string, code: number): void {
  console.error(`error: ${message}`)
  process.exitCode = code
}
