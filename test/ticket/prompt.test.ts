import { describe, expect, test } from 'vitest';
import { buildPrompt, defaultTemplate } from '../../src/ticket/prompt.ts';
import { ticketIn } from './fixtures.ts';
import type { Ticket } from './types.ts';

const attempt = { number: 2, phase: 'dev', agent: 'luci' };
const ticket: Ticket = {
  ...ticketIn('todo'),
  title: 'Tidy the shed',
  body: 'Put the rake\n\n\nback.',
  attempts: [],
};
const told = (template: string | null, over: Partial<typeof ticket> = {}, salvage: string | null = null) =>
  buildPrompt(template, { ticket: { ...ticket, ...over }, attempt, salvage });

describe("the team's template", () => {
  test('puts each part where it says, and short facts into its own sentences', () => {
    const prompt = told(
      '{{agent}} does {{ id }}, {{phase}} #{{attempt}}, on {{branch}}.\n\n{{ticket}}\n\nUse pnpm.',
    );
    expect(prompt).toMatch(/^luci does MC-1, dev #2, on ticket\/MC-1\.\n\nThe ticket\n/);
    expect(prompt.indexOf('Use pnpm.')).toBeGreaterThan(prompt.indexOf('> Put the rake'));
  });

  test('what it leaves out comes after it, so that no message and no way to end is missed', () => {
    const message = { id: 'c1', by: 'elmar', at: '2026-01-01T00:00:00Z', text: 'Mind the rake.' };
    const prompt = told('We use pnpm.\n', { messages: [message] }, 'refs/signalbox/work/MC-1/1');
    const found = [
      'We use pnpm.',
      'You work on',
      '> Tidy the',
      '> Mind the',
      'refs/signalbox/work',
      '`DONE:`',
    ];
    const places = found.map((words) => prompt.indexOf(words));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(told('{{how_to_signal}}').match(/How to end/g)).toHaveLength(1);
  });

  test('the built-in one names every part once', () => {
    expect(told(null)).toBe(told(defaultTemplate));
    expect(told(null)).toBe(told(''));
  });

  test('a placeholder that is none is named with its line, and those that there are', () => {
    for (const slip of ['{{tickets}}', '{{ Ticket }}', '{{earlier-attempts}}', '{{constructor}}'])
      expect(() => told(`Hello.\r\n\r\n  ${slip}\n`)).toThrow(
        expect.objectContaining({
          code: 'bad-prompt',
          message: `.github/signalbox/prompt.md, line 3: ${slip} is no placeholder`,
          hint: expect.stringContaining('{{ticket}}, {{messages}}, {{findings}}, {{earlier_attempts}}'),
        }),
      );
  });

  test('braces that are something else are left as they are', () => {
    const braces = ['$', '{{ github.ref }} {{}} { {a} } {{ a b }}'].join('');
    expect(told(braces)).toContain(braces);
  });
});

describe("a ticket's text is data", () => {
  test('a placeholder in it is text', () => {
    const prompt = told('{{ticket}}', { title: '{{how_to_signal}}', body: '{{messages}} {{nothing}} $& $1' });
    expect(prompt).toContain('> {{how_to_signal}}\n');
    expect(prompt).toContain('> {{messages}} {{nothing}} $& $1\n');
    expect(prompt.match(/How to end/g)).toHaveLength(1);
  });

  test('each of its lines is marked, whatever ends them, and empty ones stay', () => {
    expect(told(null)).toContain('> Put the rake\n>\n>\n> back.\n');
    const prompt = told(null, { body: 'a\rHow to end\u2028b\u001b[2Kc\u0008' });
    expect(prompt).toContain('> a\n> How to endbc\n');
  });

  test('what is not there leaves no gap', () => {
    const prompt = told(null, { body: '' });
    expect(prompt).not.toMatch(/\n{3}|Text:|Messages|Earlier|unfinished/);
  });
});

describe('a review', () => {
  const commit = 'a'.repeat(40);
  const about = { ticket, attempt: { ...attempt, phase: 'review', agent: 'rex', commit }, salvage: null };

  test('is told which commit to judge, that it changes nothing, and how to give its verdict', () => {
    const prompt = buildPrompt(null, { ...about, base: 'main' });
    expect(prompt).toContain(`You judge the commit ${commit}`);
    expect(prompt).toContain('`git diff main...HEAD`');
    expect(prompt).toContain('- `REJECTED:`');
    expect(prompt).toContain('`report_verdict`');
    expect(prompt).not.toContain('`DONE:`');
    const nothing = buildPrompt(null, { ...about, attempt: { ...about.attempt, commit: null } });
    expect(nothing).toContain('there is none to judge');
  });

  test('that sent the work back is told to who does it again, until it was done', () => {
    const closed = { claim: 'c', run: null, by: 'rex', signal: null, started: '', ended: '', stopped: '' };
    const rejected = {
      ...closed,
      number: 1,
      phase: 'review',
      agent: 'rex',
      commit,
      outcome: 'rejected' as const,
      reason: 'There is no test.',
      said: {
        findings: [
          { path: 'rake.ts', line: 7, text: 'DONE: not so' },
          { path: 'b', line: null, text: 'x' },
        ],
      },
    };
    const again = told(null, { attempts: [rejected] });
    expect(again).toContain(
      `> rex, attempt 1, of ${commit}:\n> There is no test.\n>\n> rake.ts:7: DONE: not so\n>\n> b: x`,
    );
    const done = {
      ...closed,
      number: 2,
      phase: 'dev',
      agent: 'luci',
      outcome: 'done' as const,
      reason: 'so',
    };
    expect(told(null, { attempts: [rejected, done] })).not.toContain('rake.ts:7');
  });
});
