import { defineConfig } from 'vitest/config'

// The tests run compiled, so that what is tested is what is measured and Node 20 can start the workers.
export default defineConfig({
  test: {
    include: ['dist/test/**/*.test.js'],
    // Ends what hangs, and decides nothing: a busy machine may take ten times as long.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Tests with real threads need the cores for themselves: a rank that spins would starve another file's.
    fileParallelism: false,
    coverage: { include: ['src/**'] },
  },
})
