import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import long from './test/long.json' with { type: 'json' };
import { ClosingLine } from './test/support/closing-line.ts';

// Tests of minutes, which `npm run test:long` runs and `npm test` leaves out, are in test/long.json: the embedded GitHub's
// own, the store over HTTP, the browser's, and the stories that keep many agents busy.

/** Those that need the agents' own programs, which `npm run test:agents` installs for them. */
const agents = ['test/agents/**'];
/** A run of their own, `npm run storm`: thousands of deliveries keep a machine busy for long. */
const storm = ['storm', 'half-lost'].map((name) => `test/stories/${name}.test.ts`);

const { TESTS, CI } = process.env;
const chosen = { long, storm, agents, all: ['test/**/*.test.ts'] }[TESTS ?? ''] ?? ['test/**/*.test.ts'];

export default defineConfig({
  // Two packages of GitHub's ship source maps without their sources, and Vite says so a hundred times.
  logLevel: 'error',
  // Vite takes the package's pattern `./*/*` for this name, too, and finds no such file; Node and esbuild find the right one.
  resolve: { alias: { 'chrono-node/en': fileURLToPath(import.meta.resolve('chrono-node/en')) } },
  test: {
    include: chosen.map((path) => path.replace(/\*\*$/, '**/*.test.ts')),
    exclude: TESTS ? [] : [...long, ...storm, ...agents],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores: more workers only make process-heavy tests wait for each other.
    maxWorkers: 2,
    // Every file imports the whole product; done once for a worker it is a quarter of the time.
    isolate: false,
    reporters: CI ? ['default', new ClosingLine()] : ['default'],
    server: { deps: { inline: ['@actions/workflow-parser', '@actions/expressions'] } },
  },
});
