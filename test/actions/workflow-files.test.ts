import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, test } from 'vitest';
import { readWorkflow } from '../../src/local/actions/read-workflow.ts';
import { makeWorld, where } from './world.ts';

const folder = join(import.meta.dirname, 'workflows');
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** What the checked-out repository holds beside the workflow. */
const prepare = `
name: Prepare
inputs:
  greeting: { description: What to say, default: hello }
outputs:
  said: { description: What was said, value: '\${{ steps.say.outputs.said }}' }
runs:
  using: composite
  steps:
    - id: say
      shell: bash
      run: |
        echo "said=\${{ inputs.greeting }}" >> "$GITHUB_OUTPUT"
        mkdir -p "$RUNNER_TEMP/tools" && printf '#!/bin/sh\\n' > "$RUNNER_TEMP/tools/prepared-tool"
        chmod +x "$RUNNER_TEMP/tools/prepared-tool"
        echo "$RUNNER_TEMP/tools" >> "$GITHUB_PATH"
    - if: failure()
      shell: bash
      run: echo not reached
`;
const count = `
name: Count
inputs:
  words: { description: Words, required: true }
outputs:
  count: { description: How many }
runs:
  using: node20
  main: main.js
  post: post.js
`;
const files = {
  'packages/package.txt': '1.2.3\n',
  '.github/actions/prepare/action.yml': prepare,
  '.github/actions/count/action.yml': count,
  '.github/actions/count/main.js': `
const fs = require('node:fs');
const count = process.env.INPUT_WORDS.split(' ').length;
fs.appendFileSync(process.env.GITHUB_OUTPUT, 'count=' + count + '\\n');
fs.appendFileSync(process.env.GITHUB_STATE, 'seen=' + count + '\\n');
`,
  '.github/actions/count/post.js': `console.log('post saw ' + process.env.STATE_seen);`,
};

interface Expected {
  conclusion: string;
  title?: string;
  jobs: Record<string, string>;
  /** Lines of the log of a job. */
  lines: Record<string, string[]>;
  absent?: string[];
}

const runRight: Record<string, Expected & { inputs?: Record<string, unknown> }> = {
  'matrix.yml': {
    conclusion: 'success',
    jobs: {
      'Test on ubuntu-latest, Node 18': 'success',
      'Test on ubuntu-latest, Node 20': 'success',
      'Test on macos-latest, Node 20': 'success',
      'Test on ubuntu-latest, Node 22': 'failure',
    },
    lines: {
      'Test on ubuntu-latest, Node 18': ['leg 0 of 4, coverage='],
      'Test on macos-latest, Node 20': ['leg 2 of 4, coverage=true'],
      'Test on ubuntu-latest, Node 22': ['leg 3 of 4, coverage='],
    },
  },
  'pipeline.yml': {
    conclusion: 'success',
    jobs: { lint: 'success', build: 'success', publish: 'success', nightly: 'skipped' },
    lines: {
      build: ['level=step workflow=yes'],
      publish: ['publishing 1.2.3', 'first line', 'second line'],
    },
  },
  'release.yml': {
    inputs: { version: '2.0' },
    conclusion: 'success',
    title: 'Release 2.0 to next (dry run)',
    jobs: { release: 'success' },
    lines: { release: ['would release 2.0, retries plus one is 3'] },
    absent: ['releasing 2.0'],
  },
  'dynamic.yml': {
    conclusion: 'success',
    jobs: {
      plan: 'success',
      'each (core)': 'success',
      'each (cli)': 'success',
      'each (docs)': 'success',
      all: 'success',
    },
    lines: { 'each (cli)': ['building cli'], all: ['each ended with success'] },
  },
  'tolerant.yml': {
    conclusion: 'failure',
    jobs: { flaky: 'success', broken: 'failure', report: 'success', deploy: 'skipped' },
    lines: {
      flaky: ['outcome=failure conclusion=success'],
      broken: ['reporting, the job is failure', 'cleaning up'],
      report: ['flaky=success broken=failure'],
    },
    absent: ['not reached'],
  },
  'artifacts.yml': { conclusion: 'success', jobs: { build: 'success' }, lines: {} },
  'composite.yml': {
    conclusion: 'success',
    jobs: { use: 'success' },
    lines: { use: ['count=3', 'post saw 3'] },
    absent: ['not reached'],
  },
};

const refused: Record<string, RegExp> = {
  'services.yml':
    /services\.yml, line 7 at `jobs\.integration\.services`: the key `services` is not supported/,
  'reusable.yml': /reusable\.yml, line 6 at `jobs\.call\.uses`: the key `uses` is not supported/,
  'stale.yml': /stale\.yml, line 5 at `on\.schedule`: the key `schedule` is not supported/,
};

describe('workflow files as public projects write them', () => {
  test('are ten, and GitHub’s own parser finds nothing wrong with any', async () => {
    const names = readdirSync(folder).sort();
    expect(names).toEqual([...Object.keys(runRight), ...Object.keys(refused)].sort());
    for (const name of names) {
      const { context, value } = parseWorkflow({ name, content: textOf(name) }, new NoOperationTraceWriter());
      if (value) await convertWorkflowTemplate(context, value);
      expect(
        context.errors.getErrors().map((error) => error.message),
        name,
      ).toEqual([]);
    }
  });

  test('are joined by the project’s own, which both understand', async () => {
    const name = '.github/workflows/signalbox.yml';
    const content = readFileSync(join(import.meta.dirname, '../..', name), 'utf8');
    expect([...readWorkflow(name, content).jobs.keys()]).toHaveLength(1);
    const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
    expect(context.errors.getErrors()).toEqual([]);
  });

  for (const [name, expected] of Object.entries(runRight)) {
    test(`${name} runs right`, async () => {
      const world = await makeWorld();
      await world.commit(files);
      const id = await world.dispatch(name.replace('.yml', ''), textOf(name), expected.inputs);
      const run = await world.ended(id);
      const jobs = await world.jobs(id);
      expect(Object.fromEntries(jobs.map((job) => [job.name, job.conclusion]))).toEqual(expected.jobs);
      expect(run.conclusion).toBe(expected.conclusion);
      if (expected.title) expect(run.display_title).toBe(expected.title);
      for (const [job, lines] of Object.entries(expected.lines)) {
        const log = (await world.log(id, job)).split('\n');
        expect(log).toEqual(expect.arrayContaining(lines));
        for (const line of expected.absent ?? []) expect(log).not.toContain(line);
      }
    });
  }

  for (const [name, reason] of Object.entries(refused)) {
    test(`${name} is refused by name`, async () => {
      const world = await makeWorld();
      await expect(world.dispatch(name.replace('.yml', ''), textOf(name))).rejects.toMatchObject({
        status: 422,
        message: expect.stringMatching(reason),
      });
      const { data } = await world.octokit.rest.actions.listWorkflowRunsForRepo(where);
      expect(data.total_count).toBe(0);
    });
  }
});
