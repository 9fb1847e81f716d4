import { defineConfig } from 'vitest/config'

// The tests run compiled, so that what is tested is what is measured and Node 20 can start the workers.
export default defineConfig({
  test: {
    include: ['dist/test/**/*.test.js'],
    testTimeout: 60_000,
    coverage: { include: ['src/**'] },
  },
})
