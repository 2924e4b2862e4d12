import { describe, expect, test } from 'vitest';
import type { View } from '../../src/ticket/decision.ts';
import type { Request, RowName } from '../../src/ticket/requests.ts';
import { at, ticketIn, view } from './fixtures.ts';
import { aRequest } from './requests.ts';
import { ask, by, executing, told } from './telling.ts';
import type { State, Ticket } from './types.ts';

/** A ticket that has something in every field that a landing may clear. */
function full(state: State, over: Partial<Ticket> = {}): Ticket {
  const base = ticketIn(state, { phases: ['dev', 'review'], issue: 7, ...over });
  const waiting = base.waiting && { ...base.waiting, kind: 'question' as const, question: 'which?' };
  return { ...base, waiting, start_when: { idle: 'ada' }, not_before: at(900), ...over };
}

/** What a request changes of a ticket, field for field; `seen` is told elsewhere. */
function left(before: Ticket, name: RowName, over: object = {}, facts: Partial<View> = {}): Partial<Ticket> {
  const { accepted, ticket, code } = ask(before, aRequest(name, over as Partial<Request>), facts);
  if (!accepted) throw new Error(code);
  const changed = Object.entries(ticket ?? before).filter(
    ([field, value]) =>
      field !== 'seen' && JSON.stringify(value) !== JSON.stringify(before[field as keyof Ticket]),
  );
  return Object.fromEntries(changed);
}

/** A line for each: times without their date, and of a closed attempt what its closing decides. */
function lines(rows: [string, Partial<Ticket>][]): string {
  const short = ([name, { attempts, ...changed }]: [string, Partial<Ticket>]): string => {
    const { outcome, by, reason, signal, bundled, started, ended, stopped } = attempts?.at(-1) ?? {};
    const closed = { outcome, by, reason, signal: signal?.slice(0, 8), bundled, started, ended, stopped };
    const words = JSON.stringify({ ...changed, ...(attempts ? { closed } : {}) });
    return `${name}: ${words.replaceAll(/"|2026-05-25T/g, '').slice(1, -1)}`;
  };
  return `\n${rows.map(short).join('\n')}\n`;
}

describe('what a request leaves behind, and nothing else', () => {
  test('of people', () => {
    const states = ['todo', 'in_progress', 'waiting', 'blocked', 'review'] as const;
    const held = { hold: true };
    const rows: [string, Partial<Ticket>][] = [
      ...states.map((state): [string, Partial<Ticket>] => [
        `park of ${state}`,
        left(full(state), 'park', { reason: 'not now' }),
      ]),
      ['deferral of todo', left(full('todo'), 'park', { reason: 'later', when: { until: at(60) } })],
      ['release of waiting', left(full('waiting', held), 'release')],
      ['release of blocked', left(full('blocked', held), 'release')],
      ['release of in_progress', left(full('in_progress', held), 'release')],
      ['hold of todo', left(full('todo'), 'hold')],
      ['hold of waiting', left(full('waiting'), 'hold')],
      ['interrupt', left(full('in_progress'), 'interrupt')],
      ['answer', left(full('waiting'), 'answer')],
      ['approve', left(full('review'), 'approve')],
      ['approve of the last phase', left(full('review', { ...held, phase: 'review' }), 'approve')],
      ['reject', left(full('review', { phase: 'review' }), 'reject')],
      ['reject to an earlier phase', left(full('review', { phase: 'review' }), 'reject', { phase: 'dev' })],
      ['retry', left(full('blocked'), 'retry')],
      ['cancel', left(full('in_progress', held), 'cancel', { reason: 'no need' })],
      ['reopen', left(full('done', held), 'reopen')],
      ['edit', left(full('inbox'), 'edit')],
    ];
    expect(lines(rows)).toMatchInlineSnapshot(`
      "
      park of todo: state:waiting,waiting:{kind:parked,reason:not now,by:lucienne,since:12:00:00Z},start_when:null,restricted_at:12:00:00Z
      park of in_progress: state:waiting,waiting:{kind:parked,reason:not now,by:lucienne,since:12:00:00Z},start_when:null,attempt:null,restricted_at:12:00:00Z,lifetime:{attempts:0,retries:0,granted:0,minutes:0.5},closed:{outcome:parked,by:lucienne,reason:not now,started:11:59:30Z,ended:12:00:00Z,stopped:null}
      park of waiting: waiting:{kind:parked,question:which?,reason:not now,by:lucienne,since:12:00:00Z},start_when:null,restricted_at:12:00:00Z
      park of blocked: hold:true,restricted_at:12:00:00Z
      park of review: hold:true,restricted_at:12:00:00Z
      deferral of todo: state:waiting,waiting:{kind:deferred,when:{until:12:01:00Z},reason:later,by:lucienne,since:12:00:00Z},start_when:null,restricted_at:12:00:00Z
      release of waiting: state:todo,waiting:null,hold:false,not_before:null,todo_since:12:00:00Z,start_when:null,released:{by:lucienne,at:12:00:00Z}
      release of blocked: state:todo,blocked:null,hold:false,not_before:null,todo_since:12:00:00Z,start_when:null,released:{by:lucienne,at:12:00:00Z},lifetime:{attempts:0,retries:0,granted:1,minutes:0}
      release of in_progress: hold:false,released:{by:lucienne,at:12:00:00Z}
      hold of todo: state:waiting,waiting:{kind:parked,reason:held,by:lucienne,since:12:00:00Z},hold:true,start_when:null,restricted_at:12:00:00Z
      hold of waiting: hold:true,restricted_at:12:00:00Z
      interrupt: state:todo,todo_since:12:00:00Z,messages:[{id:e500,by:lucienne,at:12:00:00Z,text:look here}],attempt:null,lifetime:{attempts:0,retries:0,granted:0,minutes:0.5},closed:{outcome:interrupted,by:lucienne,reason:look here,started:11:59:30Z,ended:12:00:00Z,stopped:null}
      answer: state:todo,waiting:null,todo_since:12:00:00Z,messages:[{id:e500,by:lucienne,at:12:00:00Z,text:yes}]
      approve: state:todo,phase:review,not_before:null,todo_since:12:00:00Z
      approve of the last phase: state:done,hold:false,gates:[{gate:person,by:lucienne,at:12:00:00Z,commit:null}],not_before:null,start_when:null
      reject: state:todo,not_before:null,todo_since:12:00:00Z,messages:[{id:e500,by:lucienne,at:12:00:00Z,text:no}]
      reject to an earlier phase: state:todo,phase:dev,not_before:null,todo_since:12:00:00Z,messages:[{id:e500,by:lucienne,at:12:00:00Z,text:no}]
      retry: state:todo,blocked:null,not_before:null,todo_since:12:00:00Z,lifetime:{attempts:0,retries:0,granted:1,minutes:0}
      cancel: state:cancelled,hold:false,not_before:null,start_when:null,attempt:null,restricted_at:12:00:00Z,lifetime:{attempts:0,retries:0,granted:0,minutes:0.5},closed:{outcome:cancelled,by:lucienne,reason:no need,started:11:59:30Z,ended:12:00:00Z,stopped:null}
      reopen: state:inbox,hold:false
      edit: title:Another,body:text,mirrored:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc
      "
    `);
  });

  test('of runs', () => {
    const unbound = full('in_progress', {
      attempt: executing.attempt && { ...executing.attempt, run: null },
    });
    const running = full('in_progress');
    const rows: [string, Partial<Ticket>][] = [
      ['claim', left(full('todo', { start_when: null, not_before: null }), 'claim')],
      ['bind', left(unbound, 'bind')],
      ['done', left(running, 'done')],
      ['review', left(running, 'review')],
      ['question', left(running, 'question')],
      ['question while held', left({ ...running, hold: true }, 'question')],
      ['failed', left(running, 'failed')],
      ['lost', left(running, 'lost', { bundled: true })],
      ['quota', left(running, 'quota')],
      ['stopped by a person', left(running, 'stopped_by_person')],
      ['undispatchable', left(unbound, 'undispatchable')],
      ['expire', left(running, 'expire', { reason: 'too long' })],
      ['merged', left(full('review'), 'merged', { at: at(1) })],
      ['merged in the last phase', left(full('todo', { phases: ['dev'] }), 'merged')],
      ['detach', left(running, 'detach')],
      ['detach of blocked', left(full('blocked'), 'detach')],
      ['link', left(full('todo', { issue: null }), 'link')],
    ];
    expect(lines(rows)).toMatchInlineSnapshot(`
      "
      claim: state:in_progress,attempt:{number:1,claim:claim-2,phase:dev,agent:luci,claimed:12:00:00Z,check_in_by:12:15:00Z,run:null},lifetime:{attempts:1,retries:0,granted:0,minutes:0}
      bind: attempt:{number:1,claim:claim-1,phase:dev,agent:luci,claimed:11:59:00Z,check_in_by:13:00:00Z,run:{id:990,run_attempt:1,url:,key_sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff,started:12:00:00Z}}
      done: state:todo,phase:review,not_before:null,todo_since:12:00:00Z,attempt:null,lifetime:{attempts:0,retries:0,granted:0,minutes:0.5},closed:{outcome:done,by:signalbox,reason:words,signal:3f96d122,started:11:59:30Z,ended:12:00:00Z,stopped:12:00:00Z}
      review: state:review,not_before:null,start_when:null,attempt:null,lifetime:{attempts:0,retries:0,granted:0,minutes:0.5},closed:{outcome:review,by:signalbox,reason:words,signal:8358ac54,started:11:59:30Z,ended:12:00:00Z,stopped:12:00:00Z}
      question: state:waiting,waiting:{kind:question,question:words,reason:words,by:signalbox,since:12:00:00Z},start_when:null,attempt:null,lifetime:{attempts:0,retries:0,granted:0,minutes:0.5},closed:{outcome:question,by:signalbox,reason:words,signal:572e4cf3,started:11:59:30Z,ended:12:00:00Z,stopped:12:00:00Z}
      question while held: state:waiting,waiting:{kind:parked,question:words,reason:words,by:signalbox,since:12:00:00Z},start_when:null,attempt:null,lifetime:{attempts:0,retries:0,granted:0,minutes:0.5},closed:{outcome:question,by:signalbox,reason:words,signal:572e4cf3,started:11:59:30Z,ended:12:00:00Z,stopped:12:00:00Z}
      failed: state:todo,not_before:12:01:00Z,todo_since:12:00:00Z,attempt:null,lifetime:{attempts:0,retries:1,granted:0,minutes:0.5},closed:{outcome:failed,by:signalbox,reason:words,signal:cd582e42,started:11:59:30Z,ended:12:00:00Z,stopped:12:00:00Z}
      lost: state:todo,not_before:12:01:00Z,todo_since:12:00:00Z,attempt:null,lifetime:{attempts:0,retries:1,granted:0,minutes:0.5},closed:{outcome:lost,by:signalbox,reason:silent,bundled:true,started:11:59:30Z,ended:12:00:00Z,stopped:null}
      quota: state:todo,todo_since:12:00:00Z,attempt:null,lifetime:{attempts:0,retries:0,granted:0,minutes:0.5},closed:{outcome:quota,by:signalbox,reason:Its provider lets it do no more until 13:00:00Z: limit reached,started:11:59:30Z,ended:12:00:00Z,stopped:12:00:00Z}
      stopped by a person: state:waiting,waiting:{kind:parked,reason:the run was cancelled in Actions,by:signalbox,since:12:00:00Z},start_when:null,attempt:null,restricted_at:12:00:00Z,lifetime:{attempts:0,retries:0,granted:0,minutes:0.5},closed:{outcome:parked,by:signalbox,reason:the run was cancelled in Actions,started:11:59:30Z,ended:12:00:00Z,stopped:null}
      undispatchable: state:blocked,blocked:{code:no-workflow,reason:gone,since:12:00:00Z},start_when:null,attempt:null,closed:{outcome:undispatchable,by:signalbox,reason:gone,started:11:59:00Z,ended:12:00:00Z,stopped:12:00:00Z}
      expire: state:blocked,blocked:{code:time-limit,reason:too long,since:12:00:00Z},start_when:null,attempt:null,lifetime:{attempts:0,retries:0,granted:0,minutes:0.5},closed:{outcome:blocked,by:signalbox,reason:too long,started:11:59:30Z,ended:12:00:00Z,stopped:null}
      merged: state:todo,phase:review,not_before:null,todo_since:12:00:00Z
      merged in the last phase: state:done,not_before:null,start_when:null
      detach: issue:null,state:waiting,waiting:{kind:parked,reason:deleted,by:signalbox,since:12:00:00Z},start_when:null,attempt:null,restricted_at:12:00:00Z,lifetime:{attempts:0,retries:0,granted:0,minutes:0.5},closed:{outcome:parked,by:signalbox,reason:deleted,started:11:59:30Z,ended:12:00:00Z,stopped:null}
      detach of blocked: issue:null,restricted_at:12:00:00Z
      link: issue:7,mirrored:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
      "
    `);
  });

  test('a run that is seen to end closes its own attempt alone, and says where the work is', () => {
    const parked = told(executing, by('e1', 'park', 1));
    const [first] = parked.attempts;
    if (!first) throw new Error('an attempt was closed');
    const two = { ...parked, attempts: [first, { ...first, number: 2 }] };
    const { attempts } = left(two, 'stopped', { attempt: 2, bundled: true });
    expect(attempts).toEqual([first, { ...first, number: 2, stopped: at(0), bundled: true }]);
    expect(left(two, 'stopped').attempts?.[0]).toEqual({ ...first, stopped: at(0) });
    expect(ask(two, aRequest('stopped', { attempt: 3 } as Partial<Request>)).code).toBe('already-so');
  });
});

describe('what is refused says why', () => {
  const refusal = (ticket: Ticket, name: RowName, over: object = {}, facts: Partial<View> = {}) => {
    const { code, message } = ask(ticket, aRequest(name, over as Partial<Request>), facts);
    return `${code}: ${message}`;
  };

  test.each(['lost', 'quota', 'stopped_by_person', 'undispatchable'] as const)(
    '%s of another attempt than the open one',
    (name) => expect(refusal(executing, name, { attempt: 2 })).toMatch(/^attempt-closed/),
  );

  test.each(['lost', 'stopped_by_person'] as const)('%s that was seen before a run was bound', (name) => {
    expect(refusal(executing, name, { seen: { run: null } })).toMatch(/^other-run/);
    const run = executing.attempt?.run?.id ?? null;
    expect(ask(executing, aRequest(name, { seen: { run } } as Partial<Request>)).code).toBe('ok');
  });

  test('a gate that shows the claim of another attempt', () => {
    expect(refusal(executing, 'bind', { attempt: 2 })).toMatch(/^other-claim/);
  });

  test('that a run could not be dispatched, of one that came', () => {
    expect(refusal(executing, 'undispatchable')).toMatch(/^attempt-closed/);
  });

  test('what has no question, no such phase, or phases left', () => {
    expect(refusal(ticketIn('waiting'), 'answer')).toBe('no-row: No question of this ticket is open.');
    expect(refusal(full('review'), 'reject', { phase: 'paint' })).toBe(
      'bad-phase: MC-1 has no phase `paint`.',
    );
    expect(refusal(full('todo'), 'merged')).toBe('no-row: Phases are left to do.');
    expect(refusal(ticketIn('todo'), 'reopen')).toBe('no-row: MC-1 is todo; reopen does not apply.');
    expect(refusal(ticketIn('todo'), 'stopped_by_person')).toBe(
      'not-executing: MC-1 is todo; stopped by person does not apply.',
    );
  });

  test('a condition that does not hold, and a desk that is closed', () => {
    const waiting = (when?: { until: string }) =>
      ticketIn('waiting', {
        waiting: { kind: 'deferred', reason: '', by: 'a', since: at(0), ...(when ? { when } : {}) },
      });
    expect(refusal(waiting({ until: at(1) }), 'due')).toBe(`condition-unmet: It waits until ${at(1)}.`);
    expect(refusal(waiting(), 'due')).toBe('condition-unmet: It waits for a release.');
    for (const over of [{ paused: true }, { draining: true }]) {
      const facts = { desk: { ...view().desk, ...over } };
      expect(refusal(waiting({ until: at(0) }), 'due', {}, facts)).toMatch(/^desk-paused/);
    }
  });

  test('books that are so already, or belong to another', () => {
    expect(refusal(full('todo'), 'link')).toMatch(/^already-so/);
    expect(refusal(full('todo'), 'link', { issue: 8 })).toBe('issue-taken: Issue #8 belongs to MC-1.');
    const taken = { ticketOf: () => 'MC-2' };
    expect(refusal(full('todo', { issue: null }), 'link', {}, taken)).toBe(
      'issue-taken: Issue #7 belongs to MC-2.',
    );
    expect(refusal(full('todo', { mirrored: 'a'.repeat(64) }), 'mirrored')).toMatch(/^already-so/);
    expect(refusal(full('inbox', { mirrored: 'c'.repeat(64) }), 'edit')).toMatch(/^already-so/);
    expect(refusal(full('todo', { issue: null }), 'detach')).toMatch(/^already-so/);
    const released = { released: { by: 'elmar', at: at(-60) } };
    expect(refusal(full('todo', released), 'edit')).toMatch(/^frozen/);
  });
});

describe('a merge', () => {
  const closed = {
    ...told(executing, by('e1', 'park', 1)).attempts[0],
    ended: at(100),
  } as Ticket['attempts'][0];
  const reviewed = (over: Partial<Ticket['attempts'][0]> = {}) =>
    full('review', { attempts: [{ ...closed, ...over }] });
  const merged = (ticket: Ticket, seconds: number) => ask(ticket, by('p7', 'merged', seconds));

  test('from before the work under review was done does not approve it', () => {
    expect(merged(reviewed(), 99)).toMatchObject({
      code: 'no-row',
      message: 'It was before the work under review was done.',
    });
    expect(merged(reviewed(), 100).ticket?.state).toBe('todo');
  });

  test('nor one from before a late word was accepted', () => {
    const accepted = {
      kind: 'review' as const,
      summary: '',
      digest: 'd'.repeat(64),
      by: 'wilma',
      at: at(200),
    };
    expect(merged(reviewed({ accepted }), 150).accepted).toBe(false);
    expect(merged(reviewed({ accepted }), 200).accepted).toBe(true);
  });
});

describe('a first release', () => {
  test('counts for the text that was shown; a later one for what was released', () => {
    const inbox = ticketIn('inbox', { title: 'One', body: 'text' });
    const release = (ticket: Ticket, shown: unknown) =>
      ask(ticket, by('e1', 'release', 1, { shown } as Partial<Request>)).code;
    expect(release(inbox, undefined)).toBe('ok');
    expect(release(inbox, null)).toBe('text-changed');
    const released = { ...inbox, released: { by: 'elmar', at: at(-60) } };
    expect(release(released, null)).toBe('ok');
  });
});
