import { expect, test } from 'vitest';
import { aTime, pullOf, type Use } from './subject.ts';

export function comments(use: Use): void {
  test('comments are read oldest first, with their authors', async () => {
    const { forge, others } = use();
    const number = await others.open('elmar', 'A ticket');
    const own = await forge.createComment(number, 'status');
    const theirs = await others.comment(number, '/status', 'elmar');
    expect(await forge.comments(number)).toEqual([
      { id: own, body: 'status', author: 'signalbox[bot]', author_is_bot: true, ours: true, at: aTime },
      { id: theirs, body: '/status', author: 'elmar', author_is_bot: false, ours: false, at: aTime },
    ]);
    expect(theirs).toBeGreaterThan(own);
  });

  test('one that is edited keeps its text, its place and its time; one that is deleted can be so again', async () => {
    const { forge, others } = use();
    const number = await forge.createIssue('A ticket', '', []);
    const own = await forge.createComment(number, 'status');
    await forge.createComment(number, 'evidence');
    const [before, after] = await forge.comments(number);
    others.later();
    await forge.updateComment(own, 'status, newer');
    expect(await forge.comments(number)).toEqual([{ ...before, body: 'status, newer' }, after]);
    await forge.deleteComment(own);
    await forge.deleteComment(own);
    expect(await forge.comments(number)).toEqual([after]);
    await expect(forge.updateComment(own, 'again')).rejects.toMatchObject({ code: 'not-found' });
    await expect(forge.react(own, '+1')).rejects.toMatchObject({ code: 'not-found' });
    await expect(forge.hasReacted(own)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('one that is longer than GitHub takes is refused', async () => {
    const { forge } = use();
    const number = await forge.createIssue('A ticket', '', []);
    const own = await forge.createComment(number, 'x'.repeat(65_536));
    const refused = { kind: 'config', code: 'rejected' };
    await expect(forge.createComment(number, 'x'.repeat(65_537))).rejects.toMatchObject(refused);
    await expect(forge.updateComment(own, 'x'.repeat(65_537))).rejects.toMatchObject(refused);
    expect(await forge.comments(number)).toHaveLength(1);
  });

  test("our reaction can be made again, and others' are none of ours", async () => {
    const { forge, others } = use();
    const number = await forge.createIssue('A ticket', '', []);
    const theirs = await others.comment(number, '/park', 'elmar');
    await others.react(theirs, 'lucienne');
    expect(await forge.hasReacted(theirs)).toBe(false);
    await forge.react(theirs, '+1');
    await forge.react(theirs, '+1');
    expect(await forge.hasReacted(theirs)).toBe(true);
  });

  test('pull requests have comments and labels as issues have', async () => {
    const { forge, others } = use();
    const pull = await pullOf(use(), 'ticket/talked-about');
    await others.comment(pull, '/approve', 'lucienne');
    await forge.createComment(pull, 'approved');
    expect((await forge.comments(pull)).map(({ body }) => body)).toEqual(['/approve', 'approved']);
    await forge.addLabels(pull, ['approved']);
    expect(await forge.issue(pull)).toMatchObject({ labels: ['approved'], is_pull_request: true });
    expect((await forge.events(pull)).map(({ event, label }) => [event, label])).toEqual([
      ['labeled', 'approved'],
    ]);
  });
}
