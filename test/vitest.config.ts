import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['test/cluster/**', 'test/chart/**', 'test/bench/**', '**/node_modules/**'],
    globalSetup: ['test/programs.ts'],
    pool: 'forks',
    testTimeout: 30_000,
  },
});
