import { describe, expect, test } from 'vitest';
import type { Issue } from '../../../src/engine/ports.ts';
import { aTime, moment, pullOf, type Subject, type Use } from './subject.ts';

const numbers = (issues: readonly Issue[]) => issues.map(({ number }) => number);

export function issues(use: Use): void {
  test('an issue is read with its author, and whether it is ours', async () => {
    const { forge, others } = use();
    const theirs = await others.open('elmar', 'Rework the report');
    const own = await forge.createIssue('Ours', 'As said.', []);
    expect(own).toBeGreaterThan(theirs);
    const shape = { state: 'open', state_reason: null, labels: [], created: aTime, is_pull_request: false };
    const asked = { number: theirs, title: 'Rework the report', body: '', author: 'elmar', ours: false };
    expect(await forge.issue(theirs)).toEqual({ ...asked, ...shape });
    const made = { number: own, title: 'Ours', body: 'As said.', author: 'signalbox[bot]', ours: true };
    expect(await forge.issue(own)).toEqual({ ...made, ...shape });
  });

  test('events tell who labelled, closed and reopened, oldest first, and of nothing else', async () => {
    const { forge, others } = use();
    await forge.createLabel('hold', 'ededed', '');
    const number = await others.open('elmar', 'A ticket', ['hold']);
    await others.edit(number, { title: 'Another title' }, 'elmar');
    await others.comment(number, 'and so on', 'elmar');
    await forge.assign(number, ['elmar']);
    await forge.removeLabel(number, 'hold');
    await others.close(number, 'lucienne', 'not_planned');
    await forge.updateIssue(number, { state: 'open' });
    await forge.updateIssue(number, { state: 'closed', state_reason: 'completed' });
    const events = await forge.events(number);
    expect(events.map(({ event, label, actor, ours }) => [event, label, actor, ours])).toEqual([
      ['labeled', 'hold', 'elmar', false],
      ['unlabeled', 'hold', 'signalbox[bot]', true],
      ['closed', '', 'lucienne', false],
      ['reopened', '', 'signalbox[bot]', true],
      ['closed', '', 'signalbox[bot]', true],
    ]);
    const ids = events.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    expect(events.map(({ at }) => at)).toEqual(events.map(() => aTime));
  });

  test('why an issue was closed stands until it is opened again', async () => {
    const { forge, others } = use();
    const number = await others.open('elmar', 'A ticket');
    const shown = async () => {
      const issue = await forge.issue(number);
      return typeof issue === 'string' ? issue : [issue.state, issue.state_reason];
    };
    await forge.updateIssue(number, { state: 'closed', state_reason: 'not_planned' });
    await forge.updateIssue(number, { title: 'Another title' });
    expect(await shown()).toEqual(['closed', 'not_planned']);
    await forge.updateIssue(number, { state: 'closed', state_reason: 'completed' });
    expect(await shown()).toEqual(['closed', 'completed']);
    await forge.updateIssue(number, { state: 'open' });
    expect(await shown()).toEqual(['open', 'reopened']);
    await others.close(number, 'elmar');
    expect(await shown()).toEqual(['closed', 'completed']);
    expect((await forge.events(number)).map(({ event }) => event)).toEqual(['closed', 'reopened', 'closed']);
  });

  test('open issues are listed by a label, and pull requests left out', async () => {
    const { forge, others } = use();
    const [open, closed] = [
      await forge.createIssue('open', '', ['listed']),
      await forge.createIssue('closed', '', ['listed']),
    ];
    await forge.createIssue('without', '', []);
    await others.close(closed, 'lucienne');
    const pull = await pullOf(use(), 'ticket/listed');
    await forge.addLabels(pull, ['listed']);
    const listed = await forge.issuesLabelled('listed');
    expect(listed).toEqual([await forge.issue(open)]);
  });

  test('people are assigned besides those who are; strangers are left out', async () => {
    const { forge, others } = use();
    const number = await forge.createIssue('Who looks?', '', []);
    await forge.assign(number, ['elmar']);
    await forge.assign(number, ['nobody-at-all', 'Lucienne', 'ELMAR']);
    expect(await others.assignees(number)).toEqual(['elmar', 'lucienne']);
  });

  test('what people may do is known by their login in any case of letters', async () => {
    const { forge } = use();
    const asked = ['lucienne', 'wilma', 'Elmar', 'visitor', 'nobody-at-all'];
    const roles = await Promise.all(asked.map((login) => forge.permission(login)));
    expect(roles).toEqual(['admin', 'write', 'triage', 'read', 'none']);
  });

  describe('since a moment', () => changes(use));
  describe('that is gone', () => gone(use));
}

/** What counts as a change of an issue. */
function changes(use: Use): void {
  const acts: Record<string, (subject: Subject, issue: number, comment: number) => Promise<unknown>> = {
    labelled: ({ others }, issue) => others.label(issue, 'hold', 'elmar'),
    unlabelled: ({ others }, issue) => others.unlabel(issue, 'ticket', 'elmar'),
    closed: ({ others }, issue) => others.close(issue, 'elmar'),
    edited: ({ others }, issue) => others.edit(issue, { title: 'Another title' }, 'wilma'),
    'commented on': ({ others }, issue) => others.comment(issue, '/status', 'elmar'),
    'labelled by us': ({ forge }, issue) => forge.addLabels(issue, ['hold']),
    assigned: ({ forge }, issue) => forge.assign(issue, ['elmar']),
    'rid of a comment': ({ forge }, _, comment) => forge.deleteComment(comment),
  };

  test.each(Object.entries(acts))('one that was %s is among those that changed', async (_, act) => {
    const { forge, others } = use();
    await forge.createLabel('hold', 'ededed', '');
    const number = await forge.createIssue('A ticket', '', ['ticket']);
    const other = await forge.createIssue('Another', '', ['ticket']);
    const comment = await others.comment(number, 'for now', 'elmar');
    const since = await moment(use());
    expect(numbers(await forge.issuesSince(since))).not.toContain(number);
    await act(use(), number, comment);
    const changed = numbers(await forge.issuesSince(since));
    expect(changed).toContain(number);
    expect(changed).not.toContain(other);
  });

  test('a pull request is none of them', async () => {
    const since = await moment(use());
    const pull = await pullOf(use(), 'ticket/changed');
    expect(numbers(await use().forge.issuesSince(since))).not.toContain(pull);
  });
}

function gone(use: Use): void {
  const calls: Record<string, (subject: Subject, issue: number) => Promise<unknown>> = {
    events: ({ forge }, issue) => forge.events(issue),
    comments: ({ forge }, issue) => forge.comments(issue),
    createComment: ({ forge }, issue) => forge.createComment(issue, 'status'),
    addLabels: ({ forge }, issue) => forge.addLabels(issue, ['ticket']),
    removeLabel: ({ forge }, issue) => forge.removeLabel(issue, 'ticket'),
    updateIssue: ({ forge }, issue) => forge.updateIssue(issue, { state: 'closed' }),
    assign: ({ forge }, issue) => forge.assign(issue, ['elmar']),
  };

  test('is said to be so, like one that never was, and is listed no more', async () => {
    const { forge, others } = use();
    const number = await forge.createIssue('to be deleted', '', ['deleted']);
    const comment = await forge.createComment(number, 'status');
    const since = await moment(use());
    await others.remove(number);
    expect([await forge.issue(number), await forge.issue(99_999)]).toEqual(['gone', 'gone']);
    expect(await forge.issuesLabelled('deleted')).toEqual([]);
    expect(numbers(await forge.issuesSince(since))).not.toContain(number);
    await expect(forge.updateComment(comment, 'x')).rejects.toMatchObject({ code: 'not-found' });
  });

  test.each(Object.entries(calls))('cannot be worked on: %s', async (_, call) => {
    const { forge, others } = use();
    const number = await forge.createIssue('to be deleted', '', ['ticket']);
    await others.remove(number);
    await expect(call(use(), number)).rejects.toMatchObject({ kind: 'config', code: 'gone' });
  });
}
