import { expect, test } from 'vitest';
import { aTime, moment, pullOf, type Use } from './subject.ts';

export function pulls(use: Use): void {
  test('a pull request is an issue, too: their numbers are shared', async () => {
    const { forge, others } = use();
    const before = await forge.createIssue('An issue', '', []);
    const head_sha = await others.push('ticket/shared', 'lucienne');
    const opened = await forge.openPullRequest('ticket/shared', 'MC-1', 'the work');
    const after = await forge.createIssue('Another', '', []);
    expect([before < opened.number, opened.number < after]).toEqual([true, true]);
    const texts = { number: opened.number, title: 'MC-1', body: 'the work', state: 'open' };
    const shape = { head: 'ticket/shared', head_sha, base: 'main', merged: null };
    expect(opened).toEqual({ ...texts, ...shape, url: expect.stringMatching(/^https?:/) });
    expect(await forge.pullRequest('ticket/shared')).toEqual(opened);
    expect(await forge.pullRequestNumbered(opened.number)).toEqual(opened);
    expect(await forge.issue(opened.number)).toMatchObject({
      ...texts,
      is_pull_request: true,
      author: 'signalbox[bot]',
      ours: true,
    });
    expect(await forge.issue(before)).toMatchObject({ is_pull_request: false });
    expect(await forge.pullRequestNumbered(before)).toBeNull();
    expect(await forge.pullRequest('ticket/nobodys')).toBeNull();
  });

  test('it shows the commit that its branch has, until it is closed', async () => {
    const { forge, others } = use();
    const number = await pullOf(use(), 'ticket/followed');
    const second = await others.push('ticket/followed', 'lucienne');
    expect(await forge.pullRequestNumbered(number)).toMatchObject({ head_sha: second });
    await others.close(number, 'wilma');
    await others.push('ticket/followed', 'lucienne');
    expect(await forge.pullRequestNumbered(number)).toMatchObject({ head_sha: second, state: 'closed' });
  });

  test('a second one of a branch is the first', async () => {
    const { forge } = use();
    const number = await pullOf(use(), 'ticket/twice');
    const twin = await forge.openPullRequest('ticket/twice', 'again', 'as well');
    expect(twin).toMatchObject({ number, title: 'The work', body: 'as asked' });
    await forge.updatePullRequest(number, { title: 'The work, done' });
    expect(await forge.pullRequest('ticket/twice')).toMatchObject({
      title: 'The work, done',
      body: 'as asked',
    });
  });

  test('without a branch, or with too long a title, there is none', async () => {
    const { forge, others } = use();
    const refused = { kind: 'config', code: 'rejected' };
    await expect(forge.openPullRequest('ticket/missing', 'MC-1', '')).rejects.toMatchObject(refused);
    await others.push('ticket/long', 'lucienne');
    const long = forge.openPullRequest('ticket/long', 'x'.repeat(257), '');
    await expect(long).rejects.toMatchObject(refused);
    expect(await forge.pullRequest('ticket/long')).toBeNull();
  });

  test('who merged it is told where it is asked for by its number, and not in lists', async () => {
    const { forge, others } = use();
    const since = await moment(use());
    const number = await pullOf(use(), 'ticket/merged');
    await others.merge(number, 'lucienne');
    const merged = { state: 'closed', merged: { at: aTime, by: 'lucienne' } };
    const listed = { state: 'closed', merged: { at: aTime, by: 'ghost' } };
    expect(await forge.pullRequestNumbered(number)).toMatchObject(merged);
    expect(await forge.pullRequest('ticket/merged')).toMatchObject({ number, ...listed });
    expect(await forge.pullRequestsSince(since)).toMatchObject([{ number, ...listed }]);
    expect(await forge.issue(number)).toMatchObject({ state: 'closed', state_reason: null });
    const events = await forge.events(number);
    expect(events.map(({ event, actor, ours }) => [event, actor, ours])).toEqual([
      ['closed', 'lucienne', false],
    ]);
  });

  test('one that is closed is not merged; of several the open one counts, else the newest', async () => {
    const { forge, others } = use();
    const first = await pullOf(use(), 'ticket/several');
    await others.close(first, 'wilma');
    expect(await forge.pullRequest('ticket/several')).toMatchObject({ number: first, merged: null });
    const second = await pullOf(use(), 'ticket/several');
    await others.close(second, 'wilma');
    expect(await forge.pullRequest('ticket/several')).toMatchObject({ number: second, state: 'closed' });
    await others.reopen(first, 'wilma');
    expect(await forge.pullRequest('ticket/several')).toMatchObject({ number: first, state: 'open' });
  });

  test.each([
    ['closed', (use: Use, number: number) => use().others.close(number, 'wilma')],
    ['commented on', (use: Use, number: number) => use().others.comment(number, '/approve', 'wilma')],
    ['pushed to', (use: Use) => use().others.push('ticket/pushed-to', 'lucienne')],
    ['retitled', (use: Use, number: number) => use().forge.updatePullRequest(number, { title: 'Done' })],
  ])('one that was %s is among those that changed since', async (how, act) => {
    const branch = `ticket/${how}`.replaceAll(' ', '-');
    const { forge } = use();
    const number = await pullOf(use(), branch);
    await pullOf(use(), `${branch}-not`);
    const since = await moment(use());
    const changed = async () => (await forge.pullRequestsSince(since)).map((pull) => pull.number);
    expect(await changed()).toEqual([]);
    await act(use, number);
    expect(await changed()).toEqual([number]);
  });
}
