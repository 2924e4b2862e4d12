import type { SignalKind } from '../../src/ticket/format.ts';
import type { Request, RowName } from '../../src/ticket/requests.ts';
import { at, key } from './fixtures.ts';

/** One well-formed request of each kind, as the world would make it for the ticket of `ticketIn`. */
export function aRequest(name: RowName, over: Partial<Request> = {}): Request {
  const asked = { source: 'e500', at: at(0), actor: 'lucienne' };
  const own = { source: 'engine', at: at(0), actor: 'signalbox' };
  const signal = (kind: SignalKind): Request => ({
    ...own,
    kind: 'signal',
    channel: 'runner',
    ticket: 'MC-1',
    attempt: 1,
    text: '',
    signal: {
      format: 1,
      ticket: 'MC-1',
      attempt: 1,
      kind,
      summary: 'words',
      run: null,
      key,
      agent_gone: true,
    },
  });
  const all: Record<RowName, Request> = {
    create: {
      ...own,
      kind: 'create',
      id: 'MC-1',
      issue: 1,
      title: 't',
      body: '',
      owner: null,
      park: null,
      hold: false,
      mirrored: null,
      answered: {},
    },
    release: { ...asked, kind: 'release' },
    park: { ...asked, kind: 'park', reason: '' },
    after: { ...asked, kind: 'after', after: ['MC-9'] },
    hold: { ...asked, kind: 'hold' },
    interrupt: { ...asked, kind: 'interrupt', text: 'look here' },
    tell: { ...asked, kind: 'tell', text: 'look here' },
    delivered: { ...own, kind: 'delivered', attempt: 1, key, ids: ['c1'] },
    answer: { ...asked, kind: 'answer', text: 'yes' },
    approve: { ...asked, kind: 'approve' },
    reject: { ...asked, kind: 'reject', reason: 'no' },
    retry: { ...asked, kind: 'retry' },
    priority: { ...asked, kind: 'priority', priority: 'urgent' },
    cancel: { ...asked, kind: 'cancel', reason: '' },
    report: { ...asked, kind: 'report', state: 'in_progress', summary: 'on its way' },
    reopen: { ...asked, kind: 'reopen' },
    accept: { ...asked, kind: 'accept', ticket: 'MC-1', digest: 'd'.repeat(8) },
    discard: { ...asked, kind: 'discard', ticket: 'MC-1', digest: 'd'.repeat(64) },
    claim: { ...own, kind: 'claim', claim: 'claim-2' },
    bind: {
      ...own,
      kind: 'bind',
      attempt: 1,
      claim: 'claim-1',
      run: { id: 990, run_attempt: 1, url: '' },
      key_sha256: 'f'.repeat(64),
    },
    done: signal('done'),
    review: signal('review'),
    question: signal('question'),
    failed: signal('failed'),
    lost: { ...own, kind: 'lost', attempt: 1, code: 'run-ended-silent', reason: 'silent', agent_gone: false },
    quota: {
      ...own,
      kind: 'quota',
      attempt: 1,
      until: at(3600),
      line: 'limit reached',
      agent_gone: true,
    },
    stopped_by_person: { ...own, kind: 'stopped_by_person', attempt: 1 },
    undispatchable: { ...own, kind: 'undispatchable', attempt: 1, code: 'no-workflow', reason: 'gone' },
    stopped: { ...own, kind: 'stopped', attempt: 1 },
    due: { ...own, kind: 'due' },
    expire: { ...own, kind: 'expire', code: 'time-limit', reason: '' },
    merged: { ...own, kind: 'merged' },
    unmerged: { ...asked, kind: 'unmerged', pull: 8 },
    edit: { ...asked, kind: 'edit', title: 'Another', body: 'text', digest: 'c'.repeat(64) },
    link: { ...own, kind: 'link', issue: 7, digest: 'b'.repeat(64) },
    mirrored: { ...own, kind: 'mirrored', digest: 'a'.repeat(64) },
    detach: { ...own, kind: 'detach', reason: 'deleted' },
  };
  return { ...all[name], ...over } as Request;
}
