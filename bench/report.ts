import { ExplainedError } from '../src/errors.ts'
import { writeCharts } from '../src/report/charts/write.ts'

const USAGE = 'npm run report -- RUN [RUN…], where RUN is the folder of a run'
const EXIT_USAGE = 2

/** Draws the charts of runs again, from their files alone. */
const folders = process.argv.slice(2)
if (folders.includes('--help') || folders.includes('-h')) console.log(`Usage: ${USAGE}`)
else if (folders.length === 0) fail(`expected ${USAGE}`, EXIT_USAGE)
else {
  try {
    for (const folder of folders) for (const line of await writeCharts(folder)) console.log(line)
  } catch (error) {
    if (!(error instanceof ExplainedError)) throw error
    fail(error.message, error.exitCode)
  }
}

function fail(message: string, code: number): void {
  console.error(`error: ${message}`)
  process.exitCode = code
}
