import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'pipe-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const chatter = fileURLToPath(new URL('chatter.js', import.meta.url))

it.each(['stdout', 'stderr'] as const)(
  'a closed pipe on %s stops the program once, quietly, with 141',
  async (stream) => {
    const lock = join(folder, stream)
    const child = spawn(process.execPath, [chatter, stream, lock], { stdio: ['ignore', 'pipe', 'pipe'] })
    let other = ''
    const unread = stream === 'stdout' ? child.stderr : child.stdout
    unread.on('data', (chunk: Buffer) => (other += chunk.toString()))
    await once(child[stream], 'data')
    child[stream].destroy()
    expect(await once(child, 'close')).toEqual([141, null])
    expect(other.replaceAll('late\n', '')).toBe('')
    expect(existsSync(lock)).toBe(false)
    expect(readFileSync(`${lock}.stops`, 'utf8')).toBe('1')
  },
)
