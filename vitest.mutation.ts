import { defineConfig } from 'vitest/config';

/** The fast tests of each part that `npm run mutation` mutates: what a change there is first seen to break by. */
const tests: Record<string, string[]> = {
  ticket: ['test/ticket/*.test.ts'],
  engine: ['test/engine/*.test.ts'],
  store: ['memory-store', 'message', 'torn-look', 'trouble'].map((name) => `test/store/${name}.test.ts`),
  git: ['git-store', 'git-trouble'].map((name) => `test/store/${name}.test.ts`),
  runner: ['gate', 'last-words', 'limit', 'stop', 'tree', 'words'].map(
    (name) => `test/runner/${name}.test.ts`,
  ),
};

export default defineConfig({
  logLevel: 'error',
  test: {
    include: tests[process.env.MUTATION ?? ''] ?? [],
    // What no test can leave behind is loaded once for all files of tests, which is most of the time that they take.
    isolate: !['ticket', 'store'].includes(process.env.MUTATION ?? ''),
    setupFiles: ['test/support/few-tries.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
