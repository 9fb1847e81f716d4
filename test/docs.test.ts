import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

it('the tables of the documents are those that `npm run docs` makes', () => {
  const { status, stderr } = spawnSync(process.execPath, ['.ci/docs.mjs', '--check'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})
