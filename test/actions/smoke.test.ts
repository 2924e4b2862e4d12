import { expect, test } from 'vitest';
import { makeWorld } from './world.ts';

test('smoke', async () => {
  const world = await makeWorld();
  const id = await world.dispatch(
    'hello',
    `
name: Hello
run-name: Hi \${{ inputs.who }}
on:
  workflow_dispatch:
    inputs:
      who: { type: string, required: true }
jobs:
  one:
    runs-on: ubuntu-latest
    outputs:
      x: \${{ steps.a.outputs.x }}
    steps:
      - uses: actions/checkout@v5
      - id: a
        run: |
          echo "hello \${{ inputs.who }}"
          echo x=5 >> $GITHUB_OUTPUT
          git log --oneline
          env | sort
  two:
    needs: one
    runs-on: ubuntu-latest
    steps:
      - run: echo "x is \${{ needs.one.outputs.x }}"
`,
    { who: 'world' },
  );
  const run = await world.ended(id);
  console.log(run.conclusion, run.display_title, await world.log(id, 'one'), await world.log(id, 'two'));
  expect(run.conclusion).toBe('success');
});
