import { describe, expect, test } from 'vitest';
import { expandMatrix } from '../../src/local/actions/matrix.ts';
import { readWorkflow } from '../../src/local/actions/read-workflow.ts';

const job = (extra: string): string => `on: push\njobs:\n  one:\n    runs-on: x\n${extra}`;
const step = (extra: string): string => job(`    steps:\n      - ${extra.replaceAll('\n', '\n        ')}\n`);

describe('a workflow file is refused, with its line, where', () => {
  test.each([
    ['it is no YAML', 'on: [push\njobs: 1', /^f\.yml, line \d+: /],
    ['a key is unknown', 'on: push\nfoo: 1\njobs: {}', /line 2 at `foo`: the key `foo` is not supported/],
    ['there is no trigger', 'jobs: {}', /`on` is missing/],
    ['there is no job', 'on: push\njobs: {}', /there is no job/],
    ['an event is not served', 'on: issues\njobs: {}', /line 1 at `on`: `issues` is not supported/],
    ['an event among others is not served', 'on:\n  push:\n  schedule: []', /line 3 at `on\.schedule`/],
    ['a filter is not served', 'on:\n  push:\n    paths: [a]', /line 3 at `on\.push\.paths`/],
    ['a job has a container', job('    container: node\n'), /line 5 at `jobs\.one\.container`/],
    ['a job has an environment', job('    environment: prod\n'), /line 5 at `jobs\.one\.environment`/],
    ['a job has services', job('    services: {}\n'), /line 5 at `jobs\.one\.services`/],
    ['a job has a group of its own', job('    concurrency: x\n'), /line 5 at `jobs\.one\.concurrency`/],
    ['a job has no steps', job(''), /line 3 at `jobs\.one`: `steps` is missing/],
    [
      'a runner is asked for by group',
      'on: push\njobs: { one: { runs-on: { group: a }, steps: [] } }',
      /a runner group is not supported/,
    ],
    [
      'a job needs what is not there',
      job('    needs: two\n    steps: []\n'),
      /job `one` needs `two`, which does not exist/,
    ],
    [
      'jobs need each other',
      'on: push\njobs:\n  a: { runs-on: x, needs: b, steps: [] }\n  b: { runs-on: x, needs: a, steps: [] }',
      /a → b → a/,
    ],
    [
      'a permission is unknown',
      `permissions: { id-token: write }\n${step('run: x')}`,
      /line 1 at `permissions\.id-token`/,
    ],
    ['a shell is not here', step('run: x\nshell: pwsh'), /line 7 at .*`pwsh` is not supported/],
    [
      'an action is not here',
      step('uses: docker://alpine'),
      /line 6 .*the action `docker:\/\/alpine` is not supported/,
    ],
    [
      'an action is given what it does not know here',
      step('uses: actions/checkout@v4\nwith: { submodules: true }'),
      /steps\[0\]\.with\.submodules`/,
    ],
    [
      'node’s cache is asked for',
      step('uses: actions/setup-node@v4\nwith: { cache: npm }'),
      /steps\[0\]\.with\.cache`/,
    ],
    ['a step does two things', step('run: x\nuses: ./a'), /either `run` or `uses`/],
    ['a step does nothing', step('name: x'), /needs `run` or `uses`/],
    [
      'an id is used twice',
      job('    steps: [{ id: a, run: x }, { id: A, run: x }]\n'),
      /the step id `a` is used twice/,
    ],
    ['a context is unknown', step(`run: echo \${{ foo.bar }}`), /line 6 .*Unrecognized named-value: 'foo'/],
    [
      'a context is not offered there',
      job('    if: secrets.A\n    steps: []\n'),
      /line 5 .*Unrecognized named-value: 'secrets'/,
    ],
    [
      'a function is not here',
      step(`run: echo \${{ hashFiles('a') }}`),
      /Unrecognized function: 'hashFiles'/,
    ],
    [
      'a status is asked outside of an if',
      step(`run: echo \${{ failure() }}`),
      /Unrecognized function: 'failure'/,
    ],
    ['an expression is not closed', step(`run: echo \${{ github.sha`), /opened and not closed/],
    ['half an if is an expression', step(`if: \${{ true }} && false\nrun: x`), /as a whole or not at all/],
    [
      'a matrix axis is no list',
      job('    strategy: { matrix: { a: 1 } }\n    steps: []\n'),
      /a list was expected/,
    ],
    ['a merge key is used', `x: &a { run: y }\n${step('<<: *a')}`, /`x`/],
    ['aliases unfold to too much', bomb(), /too many values/],
  ])('%s', (_, text, problem) => {
    expect(() => readWorkflow('f.yml', text)).toThrow(problem);
  });
});

function bomb(): string {
  const levels = Array.from(
    { length: 8 },
    (_, level) => `  - &l${level + 1} [${Array(10).fill(`*l${level}`).join(', ')}]`,
  );
  return `on: push\njobs:\n  one:\n    runs-on: x\n    strategy:\n      matrix:\n        a:\n          - &l0 [x]\n${levels.join('\n').replaceAll(/^/gm, '        ')}\n    steps: []\n`;
}

test('anchors and aliases, which GitHub takes, are taken', () => {
  const text = 'on: push\nenv: &e { A: b }\njobs: { one: { runs-on: x, env: *e, steps: [{ run: x }] } }';
  expect(readWorkflow('f.yml', text).jobs.get('one')?.env).toEqual({ A: 'b' });
});

describe('a matrix', () => {
  test('unfolds as GitHub’s documentation shows it', () => {
    expect(
      expandMatrix({
        fruit: ['apple', 'pear'],
        animal: ['cat', 'dog'],
        include: [
          { color: 'green' },
          { color: 'pink', animal: 'cat' },
          { fruit: 'apple', shape: 'circle' },
          { fruit: 'banana' },
          { fruit: 'banana', animal: 'cat' },
        ],
      }),
    ).toEqual([
      { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
      { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
      { fruit: 'pear', animal: 'cat', color: 'pink' },
      { fruit: 'pear', animal: 'dog', color: 'green' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ]);
  });

  test('of includes alone has those; one that is empty or too large is refused', () => {
    expect(expandMatrix({ include: [{ a: 1 }, { a: 2 }] })).toEqual([{ a: 1 }, { a: 2 }]);
    expect(() => expandMatrix({ a: [1], exclude: [{ a: 1 }] })).toThrow('no combination');
    const many = Array.from({ length: 17 }, (_, index) => index);
    expect(() => expandMatrix({ a: many, b: many })).toThrow('289 combinations');
  });
});
