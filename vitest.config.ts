import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.ts';

/**
 * Tests of minutes, which `npm run test:long` runs and `npm test` leaves out: the embedded GitHub's own, the store over
 * HTTP, and the stories that keep many agents busy.
 */
const long = [
  'test/local/**',
  'test/actions/**',
  'test/browser/**',
  'test/store/http-store.test.ts',
  'test/runner/action.test.ts',
  'test/runner/after-report.test.ts',
  'test/runner/artifacts.test.ts',
  'test/runner/hostile.test.ts',
  'test/runner/presets.test.ts',
  'test/runner/token.test.ts',
  'test/runner/tools.test.ts',
  'test/runner/tools-in-actions.test.ts',
  'test/runner/ways-in.test.ts',
  ...[
    'app-stopped',
    'bad-input',
    'before-the-start',
    'bombs',
    'by-hand',
    'cancel-refused',
    'closing',
    'commands',
    'desk-switch',
    'doctor',
    'doctor-finds',
    'ends',
    'existing-repository',
    'issue-form',
    'kill-points',
    'killed-whole',
    'late-words',
    'messages',
    'moved-back',
    'park',
    'quarantine',
    'register',
    'set-up',
    'stays-stopped',
    'still-alive',
    'twins',
    'two-apps',
  ].map((name) => `test/stories/${name}.test.ts`),
];
/** Those that need the agents' own programs, which `npm run test:agents` installs for them. */
const agents = ['test/agents/**'];
/** A run of their own, `npm run storm`: thousands of deliveries keep a machine busy for long. */
const storm = ['storm', 'half-lost'].map((name) => `test/stories/${name}.test.ts`);

const { TESTS, CI } = process.env;
const chosen = { long, storm, agents, all: ['test/**/*.test.ts'] }[TESTS ?? ''] ?? ['test/**/*.test.ts'];

export default defineConfig({
  // Two packages of GitHub's ship source maps without their sources, and Vite says so a hundred times.
  logLevel: 'error',
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
