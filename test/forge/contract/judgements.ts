import { expect, test } from 'vitest';
import { dispatched } from './runs.ts';
import { aTime, moment, pullOf, type Use, workflow } from './subject.ts';

export function judgements(use: Use): void {
  test('a commit is judged by the newest status of each name', async () => {
    const { forge, others } = use();
    const commit = await others.push('work/judged', 'lucienne');
    expect(await forge.checks(commit, workflow)).toEqual([]);
    await others.status(commit, 'lint', 'success', 'lucienne');
    await others.status(commit, 'build', 'pending', 'wilma');
    const lint = { name: 'lint', state: 'green', by: 'lucienne' };
    const build = { name: 'build', by: 'wilma' };
    expect(await forge.checks(commit, workflow)).toEqual([{ ...build, state: 'pending' }, lint]);
    await others.status(commit, 'build', 'error', 'wilma');
    expect(await forge.checks(commit, workflow)).toEqual([{ ...build, state: 'red' }, lint]);
    await others.status(commit, 'build', 'failure', 'wilma');
    expect(await forge.checks(commit, workflow)).toEqual([{ ...build, state: 'red' }, lint]);
    await others.status(commit, 'build', 'success', 'wilma');
    expect(await forge.checks(commit, workflow)).toEqual([{ ...build, state: 'green' }, lint]);
  });

  test('judgements are of one commit: the next one has none of them', async () => {
    const { forge, others } = use();
    const first = await others.push('work/judged-once', 'lucienne');
    await others.status(first, 'build', 'success', 'wilma');
    const second = await others.push('work/judged-once', 'lucienne');
    expect(await forge.checks(first, workflow)).toHaveLength(1);
    expect(await forge.checks(second, workflow)).toEqual([]);
  });

  test('a run of the workflow is no judgement of the commit at which it runs', async () => {
    const { forge, others } = use();
    const run = await dispatched(forge);
    const main = (await forge.ref('main')) ?? '';
    await others.begin(run);
    await expect.poll(() => forge.run(run), { timeout: 20_000 }).toMatchObject({ status: 'in_progress' });
    expect(await forge.checks(main, workflow)).toEqual([]);
    await others.finish(run);
  });

  test('a review speaks of a commit, in the words and with the verdict of its author', async () => {
    const { forge, others } = use();
    const number = await pullOf(use(), 'ticket/reviewed');
    const first = (await forge.pullRequestNumbered(number))?.head_sha ?? '';
    expect(await forge.reviews(number)).toEqual([]);
    const asked = await others.review(number, 'changes_requested', 'Say why.', 'wilma');
    const second = await others.push('ticket/reviewed', 'lucienne');
    const since = await moment(use());
    const given = await others.review(number, 'approved', '', 'wilma');
    const said = await others.review(number, 'commented', 'Well done', 'visitor');
    const wilmas = { by: 'wilma', by_is_bot: false, at: aTime };
    expect(await forge.reviews(number)).toEqual([
      { id: asked, state: 'changes_requested', commit: first, body: 'Say why.', ...wilmas },
      { id: given, state: 'approved', commit: second, body: '', ...wilmas },
      { ...wilmas, id: said, state: 'commented', commit: second, body: 'Well done', by: 'visitor' },
    ]);
    expect((await forge.pullRequestsSince(since)).map((pull) => pull.number)).toEqual([number]);
  });

  test('what a review says of lines is told apart from what others say of them', async () => {
    const { forge, others } = use();
    const number = await pullOf(use(), 'ticket/of-lines');
    const path = await others.fileOf(number);
    const line = (at: number, text: string) => ({ path, line: at, text });
    const [second, third] = [line(2, 'Why two?'), line(3, 'Three?')];
    const first = await others.review(number, 'changes_requested', 'Not yet', 'wilma', [third, second]);
    const other = await others.review(number, 'changes_requested', '', 'elmar', [line(1, 'One.')]);
    const none = await others.review(number, 'approved', 'Fine', 'visitor');
    expect(await forge.findings(number, first)).toEqual([third, second]);
    expect(await forge.findings(number, other)).toEqual([line(1, 'One.')]);
    expect(await forge.findings(number, none)).toEqual([]);
  });

  test('an issue waits for those that GitHub says block it, as long as they are open', async () => {
    const { forge, others } = use();
    const [blocked, one, other] = [
      await others.open('wilma', 'Blocked'),
      await others.open('wilma', 'First'),
      await others.open('wilma', 'Second'),
    ];
    expect(await forge.blockedBy(blocked)).toEqual([]);
    await others.block(blocked, one, 'wilma');
    await others.block(blocked, other, 'elmar');
    const here = { repository: 'acme/desk', isHere: true };
    await others.close(other, 'wilma');
    expect(await forge.blockedBy(blocked)).toEqual([
      { issue: one, ...here, isOpen: true },
      { issue: other, ...here, isOpen: false },
    ]);
    expect(await forge.blockedBy(one)).toEqual([]);
  });
}
