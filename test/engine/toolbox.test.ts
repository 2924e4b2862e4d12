import { beforeEach, describe, expect, test } from 'vitest';
import { SignalboxError } from '../../src/base/errors.ts';
import { makeToolbox, type Reported, type ToolDesk, type ToolLook } from '../../src/engine/toolbox.ts';
import type { Decision } from '../../src/ticket/decision.ts';
import { type ReasonCode, reasons } from '../../src/ticket/reasons.ts';
import { aTicket } from './desk.ts';
import { stopped, working } from './fixtures.ts';

/* What an agent is told when it uses its tools, whoever carries them out. */

const message = { id: 'm1', by: 'elmar', at: '2026-05-25T09:12:00Z', text: 'mind the cat' };
const ticket = aTicket('MC-1', {
  ...working,
  body: 'Rake it.',
  issue: 42,
  messages: [message],
  attempts: [{ ...stopped, outcome: 'failed', reason: 'no rake' }],
});
const ours: ToolLook = { ticket, attempt: 2, is: 'mine', code: 'ok', explanation: async () => null };

let look: ToolLook;
let reported: Reported;
/** What whoever carries it out was asked. */
let asked: unknown[];
/** Messages that it was handed. */
let given: string[];
const desk: ToolDesk = {
  look: async () => look,
  given: (ids) => given.push(...ids),
  checkIn: async (note) => {
    asked.push(note);
    return 'yes: 12ab';
  },
  attach: async (path) => {
    if (path === 'gone') throw new SignalboxError('user', 'no-file', 'There is no such file.');
    if (path === 'odd') throw new SignalboxError('user', 'no-file', 'A folder.', { hint: 'Name a file.' });
    if (path === 'broken') throw new Error('disk full');
    return `kept/${path}`;
  },
  report: async (verdict) => {
    asked.push(verdict);
    return reported;
  },
};
const call = makeToolbox(desk);
const report = () => call('report_done', { summary: 'The rake is back.' });

beforeEach(() => {
  look = ours;
  asked = [];
  given = [];
});

describe('an agent that asks for its ticket', () => {
  test('reads what it is to do, what was tried before, and what people said', async () => {
    const { id, title, body, state, hold, phase, phases, priority, issue } = ticket;
    expect(await call('get_ticket', {})).toEqual({
      status: 'ok',
      code: 'ok',
      message: expect.stringContaining('yours'),
      ...{ id, title, body, state, hold, phase, phases, priority, issue },
      attempt: 2,
      messages: [{ by: 'elmar', at: message.at, text: 'mind the cat' }],
      earlier_attempts: [
        expect.objectContaining({
          number: 1,
          phase: 'dev',
          agent: 'luci',
          outcome: 'failed',
          reason: 'no rake',
        }),
      ],
      explanation: null,
    });
    expect(given).toEqual(['m1']);
  });

  test('reads no claim and no hash of a key of any attempt', async () => {
    const told = JSON.stringify(await call('get_ticket', {}));
    for (const secret of ['key_sha256', '"claim"']) expect(told).not.toContain(secret);
  });

  test('is told how it stands where the ticket cannot be read now', async () => {
    look = { ...ours, ticket: null };
    expect(await call('get_ticket', {})).toEqual({
      status: 'ok',
      code: 'ok',
      message: expect.stringContaining('yours'),
      explanation: null,
    });
    expect(await call('get_messages', {})).toMatchObject({ status: 'ok', messages: [] });
    expect(await call('check_in', {})).toMatchObject({ status: 'ok', check_in_by: null });
  });
});

describe('an agent that checks in', () => {
  test('has its note kept with its work, and hears how long it may go on', async () => {
    expect(await call('check_in', { note: 'half of it' })).toMatchObject({
      status: 'ok',
      code: 'ok',
      saved: 'yes: 12ab',
      check_in_by: working.attempt.check_in_by,
    });
    expect(asked).toEqual(['half of it']);
  });

  test('of a ticket between two attempts hears of no time', async () => {
    look = { ...ours, ticket: aTicket('MC-1') };
    expect(await call('check_in', {})).toMatchObject({ check_in_by: null });
  });

  test('once its attempt is closed is told to stop, and that what it said is kept', async () => {
    look = { ...ours, is: 'not-mine', code: 'attempt-closed' };
    for (const name of ['check_in', 'get_messages', 'get_ticket'])
      expect(await call(name, {})).toMatchObject({
        status: 'refused',
        code: 'attempt-closed',
        message: reasons['attempt-closed'],
        next: expect.stringMatching(/end now.*quarantine/),
      });
  });

  test('goes on where the branch was moved back: nothing is decided about it meanwhile', async () => {
    look = { ...ours, is: 'unknown', code: 'head-moved-back' };
    expect(await call('check_in', {})).toMatchObject({
      status: 'ok',
      code: 'head-moved-back',
      message: reasons['head-moved-back'],
      next: expect.stringMatching(/^Go on/),
    });
  });
});

describe('an agent that reports', () => {
  const decided = (over: Partial<Decision>): Reported => ({
    decision: { accepted: false, message: 'as decided', ...over } as Decision,
  });

  test('is told that it was accepted, as what, and that it is over', async () => {
    reported = decided({ accepted: true, code: 'ok', message: 'The ticket is done.' });
    expect(await report()).toEqual({
      status: 'accepted',
      code: 'ok',
      message: 'Accepted as done. The ticket is done.',
      next: 'Stop working and end now.',
    });
    expect(asked).toEqual([{ asks: 'report', kind: 'done', summary: 'The rake is back.', said: undefined }]);
  });

  test.each<[ReasonCode, RegExp]>([
    ['needs-commit', /^Commit your work and report again; or report with `no_commit`/],
    ['work-not-saved', /^Take out of your commits, or of what you attached, .* and report again/],
    ['bad-signal', /^Report again/],
    ['busy', /^Report again in a moment/],
    ['head-moved-back', /^Report again in a few minutes: people have to restore/],
    ['attempt-closed', /^Stop working and end now.*quarantine/],
    ['wrong-key', /^Stop working and end now.*quarantine/],
  ])('is told what to do where it is refused: %s', async (code, next) => {
    reported = decided({ code });
    expect(await report()).toEqual({
      status: 'refused',
      code,
      message: 'as decided',
      next: expect.stringMatching(next),
    });
    reported = { turnedBack: code };
    expect(await report()).toEqual({
      status: 'refused',
      code,
      message: reasons[code],
      next: expect.stringMatching(next),
    });
  });

  test('hears why it was turned back, in the words of whoever did', async () => {
    reported = { turnedBack: 'work-not-saved', why: 'push declined: a secret' };
    expect(await report()).toMatchObject({
      message: `${reasons['work-not-saved']} push declined: a secret`,
    });
  });

  test('may end where its report is kept to be decided later', async () => {
    reported = { kept: 'the forge does not answer' };
    expect(await report()).toEqual({
      status: 'kept',
      code: 'kept',
      message: expect.stringMatching(/is kept, .*: the forge does not answer$/),
      next: expect.stringMatching(/end now.*Nothing is lost/),
    });
  });
});

describe('a call that cannot be carried out is answered', () => {
  test('of a tool that is none with those that are, the name cut to what fits a line', async () => {
    expect(await call('x'.repeat(200), {})).toEqual({
      status: 'error',
      code: 'no-such-tool',
      message: `There is no tool ${'x'.repeat(80)}.`,
      next: expect.stringMatching(/get_ticket, check_in, .*report_failed\.$/),
    });
  });

  test('of input that does not fit with the field that is wrong; nothing was reported', async () => {
    expect(await call('report_done', { summary: 'x', evidense: [] })).toMatchObject({
      status: 'error',
      code: 'bad-input',
      message: expect.stringContaining('evidense'),
      next: expect.stringMatching(/^Call it again/),
    });
    expect(asked).toEqual([]);
  });

  test('with the place where a file is kept, or with why it is not', async () => {
    expect(await call('attach_artifact', { path: 'shed.png' })).toEqual({
      status: 'ok',
      code: 'ok',
      message: 'A copy of kept/shed.png is kept with your work.',
      path: 'kept/shed.png',
    });
    const [failed, next] = ['error', expect.stringMatching(/^Try again/)];
    const attached = (path: string) => call('attach_artifact', { path });
    expect(await attached('gone')).toEqual({
      status: failed,
      code: 'no-file',
      message: 'There is no such file.',
      next,
    });
    expect(await attached('odd')).toMatchObject({ code: 'no-file', next: 'Name a file.' });
    expect(await attached('broken')).toEqual({
      status: failed,
      code: 'internal',
      message: 'disk full',
      next,
    });
  });
});
