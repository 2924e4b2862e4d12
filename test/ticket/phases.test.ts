import { beforeEach, describe, expect, test } from 'vitest';
import { unknownPusher } from '../../src/ticket/pushers.ts';
import { phase } from './fixtures.ts';
import { config, first, Line, second, third } from './phased.ts';

/*
 * A ticket goes from phase to phase: an agent does the work, another judges it, a person signs it off, somebody merges
 * it. What was said of one commit does not count for another.
 */

let line: Line;
beforeEach(() => {
  line = new Line();
});

test('from dev over a rejection, an approval, and a push that voids it, to a sign-off and a merge', () => {
  line.develops(first);
  expect(line.stands).toBe('todo in review');
  line.starts();
  expect(line.ticket.attempt).toMatchObject({ agent: 'rex', commit: first });
  line.says('rejected', { findings: [{ path: 'rake.ts', line: 7, text: 'no test' }] });
  expect(line.stands).toBe('todo in dev');
  expect(line.ticket.attempts.at(-1)).toMatchObject({
    outcome: 'rejected',
    commit: first,
    said: { findings: [{ path: 'rake.ts', line: 7, text: 'no test' }] },
  });
  line.develops(second);
  line.reviews('approved');
  expect(line.stands).toBe('review in signoff');
  line.shows(third, 'wilma');
  expect(line.stands).toBe('todo in review');
  line.reviews('approved');
  expect(line.stands).toBe('review in signoff');
  expect(line.ask({ kind: 'approve' })).toMatchObject({ accepted: true });
  expect(line.ticket).toMatchObject({
    state: 'review',
    gates: [{ gate: 'person', by: 'lucienne', commit: third }],
  });
  line.ask({ kind: 'merged', commit: third, actor: 'wilma' });
  expect(line.stands).toBe('done in signoff');
});

describe('work of a phase after the review is reviewed as well', () => {
  const withDocs = { ...config, phases: { ...config.phases, docs: phase() } };
  const reviewed = (...after: string[]) => {
    line = new Line({ phases: ['dev', 'review', ...after] });
    line.config = withDocs;
    line.develops(first);
    line.reviews('approved');
    line.starts();
  };

  test.each(['done', 'review'] as const)('once it is said to be %s, before it is shown', (kind) => {
    reviewed('docs');
    line.says(kind, { work: second });
    expect(line.stands).toBe('todo in review');
    expect(line.ticket.lifetime.rounds).toBe(1);
    expect(line.ask({ kind: 'claim', claim: 'x' }).code).toBe('work-not-shown');
    line.shows(second, 'luci', second);
    line.reviews('approved');
    line.starts();
    line.says('done', { work: second });
    expect(line.stands).toBe('done in docs');
  });

  test('not where it adds nothing, and no oftener than rounds are allowed', () => {
    reviewed('docs');
    line.says('done');
    expect(line.stands).toBe('done in docs');
    reviewed('docs');
    line.ticket = { ...line.ticket, lifetime: { ...line.ticket.lifetime, rounds: 2 } };
    line.says('done', { work: second });
    expect(line.ticket.blocked?.code).toBe('rounds-exhausted');
  });

  test('before its gate is asked for, and after a push while it was worked', () => {
    reviewed('colour');
    line.says('done', { work: second });
    expect(line.stands).toBe('todo in review');
    reviewed('docs', 'dev');
    line.shows(second, 'mallory');
    line.says('review', { work: first });
    expect(line.stands).toBe('todo in review');
  });
});

describe('a review', () => {
  test('is not begun before the accepted work is on the branch, and not by whoever did the work', () => {
    line.starts();
    line.says('done', { work: first });
    expect(line.ask({ kind: 'claim', claim: 'x' }).code).toBe('work-not-shown');
    line.shows(first, 'luci', first);
    line.config = {
      ...config,
      phases: { ...config.phases, review: phase({ reviews: true, agent: 'luci' }) },
    };
    expect(line.ask({ kind: 'claim', claim: 'x' }).code).toBe('same-agent');
    line.config = config;
    expect(line.ask({ kind: 'claim', claim: 'x' }).code).toBe('ok');
  });

  test('of work that adds no commit judges what was said', () => {
    line.starts();
    line.says('done', { work: first });
    line.ask({ kind: 'pushed', commit: null, by: 'signalbox', pushers: [], work: first });
    line.reviews('approved');
    expect(line.ticket.attempts.at(-1)).toMatchObject({ outcome: 'approved', commit: null });
    expect(line.stands).toBe('review in signoff');
  });

  test('ends with a verdict, and no other phase does', () => {
    line.starts();
    expect(line.says('approved').code).toBe('not-reviewing');
    line.says('done', { work: first, summary: 'really' });
    line.shows(first, 'luci', first);
    line.starts();
    expect(line.says('done').code).toBe('needs-verdict');
    expect(line.says('review').code).toBe('needs-verdict');
    expect(line.says('rejected', { phase: 'signoff' }).code).toBe('bad-phase');
    expect(line.says('rejected', { phase: 'dev', summary: 'no' }).code).toBe('ok');
    expect(line.stands).toBe('todo in dev');
  });

  test.each(['approved', 'rejected'] as const)(
    'S8: a push stops no review; %s of what was there before is kept, and it is reviewed anew',
    (kind) => {
      line.develops(first);
      line.starts();
      line.shows(second, 'wilma');
      expect(line.ticket).toMatchObject({ state: 'in_progress', attempt: { commit: first } });
      expect(line.says(kind).accepted).toBe(true);
      expect(line.stands).toBe('todo in review');
      expect(line.ticket.attempts.at(-1)).toMatchObject({ outcome: kind, commit: first });
      expect(line.ticket.lifetime.rounds).toBeUndefined();
      line.starts();
      expect(line.ticket.attempt?.commit).toBe(second);
    },
  );

  test('S9: sends it back as often as it may; then it is blocked, and a retry grants one more', () => {
    for (const work of [first, second]) {
      line.develops(work);
      line.reviews('rejected');
      expect(line.stands).toBe('todo in dev');
    }
    line.develops(third);
    line.reviews('rejected');
    expect(line.ticket).toMatchObject({
      state: 'blocked',
      phase: 'dev',
      blocked: { code: 'rounds-exhausted' },
    });
    line.ask({ kind: 'retry' });
    expect(line.ticket).toMatchObject({
      state: 'todo',
      lifetime: { rounds: 2, granted_rounds: 1, granted: 0 },
    });
    line.develops(first);
    line.reviews('rejected');
    expect(line.stands).toBe('todo in dev');
  });

  test('S9: a later phase whose agent changes what was approved goes round no more often than that', () => {
    line = new Line({ phases: ['dev', 'review', 'build'] });
    line.develops(first);
    line.reviews('approved');
    for (const work of [second, third, first]) {
      line.starts();
      line.says('done', { work });
      line.shows(work, 'luci', work);
      if (line.ticket.state !== 'blocked') line.reviews('approved');
    }
    expect(line.ticket).toMatchObject({ state: 'blocked', blocked: { code: 'rounds-exhausted' } });
  });

  test.each(['update-branch[bot]', unknownPusher])(
    'S9: nor does it by pushes of %s, whom no person stands behind',
    (pusher) => {
      line = new Line({ phases: ['dev', 'review', 'signoff'] });
      line.develops(first);
      for (const commit of [second, third, first]) {
        line.reviews('approved');
        line.shows(commit, pusher);
      }
      expect(line.ticket).toMatchObject({ state: 'blocked', blocked: { code: 'rounds-exhausted' } });
    },
  );

  test('S2: a push wakes nothing: what waits goes back to its review, and waits on', () => {
    line.develops(first);
    line.reviews('approved');
    line = Object.assign(line, {
      ticket: { ...line.ticket, state: 'todo', phases: ['dev', 'review', 'build'], phase: 'build' },
    });
    line.ask({ kind: 'park', reason: 'not now' });
    line.shows(second, 'wilma');
    expect(line.ticket).toMatchObject({ state: 'waiting', phase: 'review', waiting: { kind: 'parked' } });
  });
});

describe('a sign-off is refused', () => {
  beforeEach(() => {
    line.develops(first);
    line.reviews('approved');
  });
  const approves = (over: object) => line.ask({ kind: 'approve', ...over }).code;

  test('to who pushed the head, and to who owns the ticket', () => {
    line.ticket = { ...line.ticket, branch: line.ticket.branch && { ...line.ticket.branch, by: 'Wilma' } };
    expect(approves({ actor: 'wilma' })).toBe('own-work');
    line.ticket = { ...line.ticket, owner: 'elmar' };
    expect(approves({ actor: 'elmar' })).toBe('own-work');
    expect(approves({ actor: 'lucienne' })).toBe('ok');
  });

  test('of a commit that is not the head', () => {
    expect(approves({ commit: second })).toBe('old-commit');
    expect(line.ask({ kind: 'reject', reason: 'no', commit: second }).code).toBe('old-commit');
    expect(approves({ commit: first })).toBe('ok');
    expect(approves({ commit: first })).toBe('already-so');
  });

  test('a merge meets no other gate than its own, and of no other commit', () => {
    expect(line.ask({ kind: 'merged', commit: second }).code).toBe('old-commit');
    expect(line.ask({ kind: 'merged', commit: first }).code).toBe('ok');
    expect(line.stands).toBe('review in signoff');
    expect(approves({})).toBe('ok');
    expect(line.stands).toBe('done in signoff');
  });

  test('what a push makes void is to be met again; a merge is not', () => {
    line.ask({ kind: 'merged', commit: first });
    line.ticket = { ...line.ticket, phases: ['signoff'] };
    line.config = {
      ...config,
      phases: { signoff: phase({ agent: 'person', gate: ['person', 'merged', 'checks'] }) },
    };
    line.ask({ kind: 'approve' });
    expect(line.ticket.gates.map(({ gate }) => gate)).toEqual(['merged', 'person']);
    line.shows(second, 'wilma');
    expect(line.ticket.gates.map(({ gate }) => gate)).toEqual(['merged']);
  });

  test('sent back with words, it goes to the phase before, or to the one that is named', () => {
    line.ask({ kind: 'reject', reason: 'not red' });
    expect(line.stands).toBe('todo in dev');
    expect(line.ticket.messages).toMatchObject([{ by: 'lucienne', text: 'not red' }]);
  });
});
