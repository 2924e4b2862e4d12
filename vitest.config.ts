import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores: more workers only make process-heavy tests wait for each other.
    maxWorkers: 2,
    server: { deps: { inline: ['@actions/workflow-parser', '@actions/expressions'] } },
  },
});
