import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';

export default defineConfig({
  // Two packages of GitHub's ship source maps without their sources, and Vite says so a hundred times.
  logLevel: 'error',
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores: more workers only make process-heavy tests wait for each other.
    maxWorkers: 2,
    reporters: process.env.CI ? ['default', new ClosingLine()] : ['default'],
    server: { deps: { inline: ['@actions/workflow-parser', '@actions/expressions'] } },
  },
});
