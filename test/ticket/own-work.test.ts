import { beforeEach, describe, expect, test } from 'vitest';
import { glanceOf, isGlance } from '../../src/ticket/glance.ts';
import { unknownPusher } from '../../src/ticket/pushers.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { at, noon } from './fixtures.ts';
import { first, Line, second, third } from './phased.ts';

/*
 * What an approval is of, and whose: of the commit that its author saw, and by nobody whose work is part of it.
 */

let line: Line;
const now = () => at((line.now - noon) / 1000);
const asks = (kind: Request['kind'], over: object = {}) => line.ask({ kind, ...over } as Request).code;

beforeEach(() => {
  line = new Line({ phases: ['dev', 'signoff'] });
  line.develops(first);
});

describe('an approval that names no commit', () => {
  test('said of one head counts for no other that was pushed before it was read, nor does a rejection', () => {
    line.now += 5000;
    const said = now();
    line.now += 5000;
    line.shows(second, 'elmar');
    expect(asks('approve', { at: said })).toBe('old-commit');
    expect(asks('reject', { at: said, reason: 'not red' })).toBe('old-commit');
    expect(line.ticket).toMatchObject({ state: 'review', gates: [], messages: [] });
    expect(asks('approve')).toBe('ok');
    expect(line.ticket.gates).toMatchObject([{ gate: 'person', commit: second }]);
  });

  test('said in the second in which another head was seen may be of either, so it counts for none', () => {
    line.shows(second, 'elmar');
    expect(asks('approve', { at: now() })).toBe('old-commit');
  });

  test('counts for accepted work however soon after it was shown, though that was noted later', () => {
    expect(asks('approve', { at: now() })).toBe('ok');
    line = new Line({ phases: ['dev', 'signoff'] });
    line.starts();
    line.says('done', { work: first });
    const ended = now();
    line.now += 5000;
    line.shows(first, 'luci', first);
    expect(asks('approve', { at: ended })).toBe('ok');
  });

  test('said before somebody forced the branch back to the accepted work counts no more either', () => {
    line.shows(second, 'elmar');
    line.now += 5000;
    const said = now();
    line.now += 5000;
    line.shows(first, 'luci', first);
    expect(asks('approve', { at: said })).toBe('old-commit');
  });
});

describe('a page that showed another head', () => {
  test('approves and rejects nothing', () => {
    const saw = glanceOf(line.ticket);
    line.shows(second, 'elmar');
    const page = { source: `b${'0'.repeat(24)}`, saw };
    expect(asks('approve', page)).toBe('old-commit');
    expect(asks('reject', { ...page, source: `b${'1'.repeat(24)}`, reason: 'no' })).toBe('old-commit');
    const seen = { source: `b${'2'.repeat(24)}`, saw: glanceOf(line.ticket), at: now() };
    expect(asks('approve', seen)).toBe('ok');
  });

  test('but one that showed accepted work before it was on the branch did show it', () => {
    line = new Line({ phases: ['dev', 'signoff'] });
    line.starts();
    line.says('done', { work: first });
    const saw = glanceOf(line.ticket);
    expect(isGlance(saw)).toBe(true);
    line.shows(first, 'luci', first);
    expect(glanceOf(line.ticket)).toBe(saw);
  });
});

describe('work is approved by nobody who', () => {
  test('pushed some of it, whoever pushed last', () => {
    line.shows(second, 'wilma');
    line.shows(third, 'elmar');
    expect(asks('approve', { actor: 'Wilma' })).toBe('own-work');
    expect(asks('approve', { actor: 'elmar' })).toBe('own-work');
    expect(asks('approve')).toBe('ok');
  });

  test('pushed some of it unseen, before another did', () => {
    line.shows(third, 'elmar', first, ['elmar', 'wilma']);
    expect(asks('approve', { actor: 'wilma' })).toBe('own-work');
  });

  test('pushed onto it when it was worked anew without that: what they pushed stays on the branch', () => {
    line.shows(second, 'wilma');
    line.shows(third, 'elmar');
    line.ask({ kind: 'reject', reason: 'not red' });
    line.starts();
    line.says('done', { work: 'd'.repeat(40) });
    line.shows(third, 'elmar', 'd'.repeat(40));
    expect(asks('approve', { actor: 'wilma' })).toBe('own-work');
  });

  test('may be its pusher: while one is unknown nobody approves, and it is asked again until it is known', () => {
    line.shows(second, unknownPusher);
    expect(asks('approve', { actor: 'wilma' })).toBe('pusher-unknown');
    expect(line.shows(second, unknownPusher).code).toBe('already-so');
    const { at: seen } = line.ticket.branch ?? {};
    expect(line.shows(second, 'wilma').code).toBe('ok');
    expect(line.ticket.branch).toMatchObject({ by: 'wilma', pushers: ['wilma'], at: seen });
    expect(asks('approve', { actor: 'wilma' })).toBe('own-work');
    expect(asks('approve')).toBe('ok');
  });

  test('and once accepted work was shown that holds it, it is the agent who did it', () => {
    line.shows(second, unknownPusher);
    line.ask({ kind: 'reject', reason: 'not red' });
    line.develops(third);
    expect(line.ticket.branch).toMatchObject({ by: 'luci', pushers: [] });
    expect(asks('approve', { actor: 'wilma' })).toBe('ok');
  });
});
