import { defineConfig } from 'vitest/config';
import usual from './vitest.config.ts';

/**
 * The fast tests of each part that `npm run mutation` mutates: what a change there is first seen to break by. Those of
 * the runner stop nothing that a census found: a changed one may find all that this user runs.
 */
const tests: Record<string, string[]> = {
  ticket: ['test/ticket/*.test.ts'],
  engine: ['test/engine/*.test.ts'],
  store: ['memory-store', 'message', 'torn-look', 'trouble'].map((name) => `test/store/${name}.test.ts`),
  git: ['git-store', 'git-trouble'].map((name) => `test/store/${name}.test.ts`),
  runner: ['at-the-gate', 'brake', 'census', 'limit', 'words'].map((name) => `test/runner/${name}.test.ts`),
};

const part = process.env.MUTATION ?? '';

export default defineConfig({
  logLevel: 'error',
  resolve: usual.resolve ?? {},
  test: {
    include: tests[part] ?? [],
    // What no test can leave behind is loaded once for all files of tests, which is most of the time that they take.
    isolate: part === 'git',
    setupFiles: ['test/support/few-tries.ts'],
    // What a change makes wait for ever is waited for so long: not where git's real processes, or many cases, take time.
    testTimeout: ['engine', 'runner'].includes(part) ? 6_000 : 30_000,
    hookTimeout: 30_000,
  },
});
