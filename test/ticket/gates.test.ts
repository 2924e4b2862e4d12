import { describe, expect, test } from 'vitest';
import { config as configSchema } from '../../src/ticket/config.ts';
import { why } from './explaining.ts';
import { config, first, Line, second } from './phased.ts';

/*
 * Each gate is met by its own act; a ticket goes through what it names.
 */

describe('gates', () => {
  test('a decision is made with one of its options, and told to who comes next', () => {
    const line = new Line({ phases: ['colour', 'dev'], phase: 'colour' });
    line.starts();
    line.says('done');
    expect(line.ask({ kind: 'approve' })).toMatchObject({
      code: 'no-such-gate',
      message: 'Phase colour waits for: decision.',
    });
    expect(line.ask({ kind: 'decide', option: 'green' })).toMatchObject({
      code: 'no-such-option',
      message: expect.stringContaining('red'),
    });
    expect(line.ask({ kind: 'decide', option: '3' }).code).toBe('no-such-option');
    expect(line.ask({ kind: 'decide', option: '2' }).code).toBe('ok');
    expect(line.stands).toBe('todo in dev');
    expect(line.ticket.messages).toMatchObject([{ text: 'Which colour? blue' }]);
  });

  test('checks count at the head alone', () => {
    const line = new Line({ phases: ['build'], phase: 'build' });
    line.develops(first);
    expect(line.ask({ kind: 'passed', commit: second }).code).toBe('old-commit');
    expect(line.ask({ kind: 'passed', commit: first }).code).toBe('ok');
    expect(line.stands).toBe('done in build');
  });

  test('where its agent asked for a look, a person approves besides', () => {
    const line = new Line({ phases: ['build'], phase: 'build' });
    line.starts();
    line.says('review', { work: first });
    line.shows(first, 'luci', first);
    line.ask({ kind: 'passed', commit: first });
    expect(line.stands).toBe('review in build');
    line.ask({ kind: 'approve' });
    expect(line.stands).toBe('done in build');
  });
});

test('checks of nothing are no gate: a person looks in their place, and explain says so', () => {
  const line = new Line({ phases: ['build'], phase: 'build' });
  line.starts();
  line.says('done');
  line.ask({ kind: 'pushed', commit: null, by: 'signalbox', work: null });
  expect(why(line.ticket, { config: line.config }).reasons).toMatchObject([
    { code: 'in-review', message: expect.stringContaining('no commit for: checks') },
  ]);
  expect(line.ask({ kind: 'approve' }).code).toBe('ok');
  expect(line.stands).toBe('done in build');
});

describe('a phase that the config does not have', () => {
  const without = (...gone: string[]) => {
    const left = Object.entries(config.phases).filter(([name]) => !gone.includes(name));
    return { ...config, phases: Object.fromEntries(left) };
  };

  test('is worked by nobody', () => {
    const line = new Line({ phases: ['dev', 'review', 'signoff'] });
    line.develops(first);
    line.config = without('review');
    expect(line.ask({ kind: 'claim', claim: 'x' }).code).toBe('bad-phase');
    line.config = config;
    line.starts();
    expect(line.ticket.attempt?.agent).toBe('rex');
  });

  test('is not passed, from before it or from within, and goes on once the config has it', () => {
    const line = new Line({ phases: ['dev', 'review', 'signoff'] });
    line.config = without('review');
    line.develops(first);
    expect(line.stands).toBe('blocked in review');
    expect(line.ticket.blocked).toMatchObject({
      code: 'bad-phase',
      reason: expect.stringContaining('no phase `review`'),
    });
    expect(line.ask({ kind: 'merged', commit: first }).code).toBe('bad-phase');
    line.config = config;
    line.ask({ kind: 'retry' });
    line.reviews('approved');
    expect(line.stands).toBe('review in signoff');
    line.config = without('signoff');
    expect(line.ask({ kind: 'approve' }).code).toBe('ok');
    expect(line.stands).toBe('blocked in signoff');
    expect(line.ask({ kind: 'merged', commit: first }).code).toBe('bad-phase');
  });

  test('is completed by nothing said in it', () => {
    for (const kind of ['done', 'review'] as const) {
      const line = new Line({ phases: ['build'], phase: 'build' });
      line.starts();
      line.config = without('build');
      line.says(kind, { work: first });
      expect(line.stands).toBe('blocked in build');
    }
  });
});

describe('a ticket chooses its phases', () => {
  test('of those that there are, while nothing works on it', () => {
    const line = new Line();
    expect(line.ask({ kind: 'phases', phases: ['dev', 'qa'] })).toMatchObject({
      code: 'bad-phase',
      message: 'There is no phase `qa`. There are: dev, review, signoff, colour, build.',
    });
    expect(line.ask({ kind: 'phases', phases: ['dev', 'dev'] }).code).toBe('bad-phase');
    expect(line.ask({ kind: 'phases', phases: [] }).code).toBe('bad-phase');
    expect(line.ask({ kind: 'phases', phases: ['build', 'dev'] }).code).toBe('ok');
    expect(line.ticket).toMatchObject({ phases: ['build', 'dev'], phase: 'dev' });
    expect(line.ask({ kind: 'phases', phases: ['build', 'dev'] }).code).toBe('already-so');
    line.ask({ kind: 'phases', phases: ['colour', 'signoff'] });
    expect(line.stands).toBe('todo in colour');
    line.ask({ kind: 'phases', phases: ['signoff'] });
    expect(line.stands).toBe('review in signoff');
    expect(line.ask({ kind: 'phases', phases: ['dev'] }).code).toBe('bad-phase');
  });
});

test('a config says what is wrong with its phases', () => {
  const fault = (phases: object) => configSchema.safeParse({ format: 1, phases }).error?.issues[0];
  expect(fault({ dev: { back_to: 'qa' } })).toMatchObject({
    path: ['phases', 'dev', 'back_to'],
    message: 'there is no phase qa',
  });
  expect(fault({ dev: { reviews: true, agent: 'person' } })?.path).toEqual(['phases', 'dev', 'reviews']);
  expect(fault({ dev: { reviews: true, needs: 'commit' } })?.path).toEqual(['phases', 'dev', 'needs']);
  expect(fault({ dev: { gate: ['person', 'person'] } })?.path).toEqual(['phases', 'dev', 'gate']);
  expect(fault({ dev: { gate: 'merge' } })?.path).toEqual(['phases', 'dev', 'gate']);
});
