import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/ticket/codec.ts';
import { readCommand } from '../../src/ticket/commands.ts';
import { root } from '../house/source.ts';

// What the handbook shows is what the product reads.

const plan = readFileSync(join(root, 'docs/plan.md'), 'utf8');

test('the config of the plan of work is one', () => {
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(plan) ?? [];
  const { config } = readConfig(text);
  expect(Object.keys(config?.phases ?? {})).toEqual(['dev', 'review', 'signoff']);
});

const said = [...plan.matchAll(/^\| `(\/park [^`]+)`/gm)].map(([, words = '']) => words);

test.each(said)('%s is a condition', (words) => {
  const command = readCommand(words, { now: Date.parse('2026-06-01T09:00:00Z'), zone: 'Europe/Berlin' });
  expect(command).toMatchObject({ name: 'park', when: expect.anything() });
});

test('the words of the plan of work are there', () => expect(said.length).toBeGreaterThan(4));
