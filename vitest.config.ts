import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two cores: threads start faster than processes and share nothing between test files either.
    pool: 'threads',
    // By itself it would be one on two cores, and the tests of real processes mostly wait.
    maxWorkers: 2,
    testTimeout: 20_000,
    typecheck: { enabled: false },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: {
        lines: 90,
        'src/core/auth/**': { lines: 95 },
        'src/emulator/engine/authenticate.ts': { lines: 95 },
        'src/files/wire/**': { lines: 95 },
      },
    },
  },
});
