import { rmSync, writeFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { onClosedPipe } from '../../../bench/run/terminal.ts'

// Writes lines until nobody reads them, while it holds a lock, as a run does: `chatter.js STREAM LOCK`.

const [, , stream, lock = ''] = process.argv
const heard = { stops: 0 }
onClosedPipe(() => heard.stops++)

writeFileSync(lock, '')
while (heard.stops === 0) {
  for (let line = 0; line < 1000; line++) {
    if (stream === 'stderr') console.error('line', line)
    else process.stdout.write(`line ${line}\n`)
  }
  await setImmediate()
}
// What a run still writes after it was stopped.
for (let line = 0; line < 1000; line++) console.log('late')
await setImmediate()
rmSync(lock)
process.exitCode = heard.stops === 1 ? 130 : 1
process.on('exit', () => writeFileSync(`${lock}.stops`, String(heard.stops)))
