import { expect, test } from 'vitest';
import { pullOf, type Use } from './subject.ts';

const none = '0'.repeat(40);

export function branches(use: Use): void {
  test('a branch is known by its short name and its full one; one that is not there is null', async () => {
    const { forge, others } = use();
    const commit = await others.push('work/named', 'lucienne');
    expect([await forge.ref('work/named'), await forge.ref('refs/heads/work/named')]).toEqual([
      commit,
      commit,
    ]);
    expect(await forge.ref('work/nobodys')).toBeNull();
    expect(await forge.ref('refs/signalbox/work/MC-1/1')).toBeNull();
    expect(await forge.defaultBranch()).toBe('main');
    expect(await forge.ref('main')).toMatch(/^[0-9a-f]{40}$/);
  });

  test('branches move forward only', async () => {
    const { forge, others } = use();
    const first = await others.push('work/forward', 'lucienne');
    const second = await others.push('work/forward', 'lucienne');
    const aside = await others.push('work/aside', 'lucienne');
    const head = () => forge.ref('refs/heads/ticket/forward');
    expect(await forge.moveBranch('ticket/forward', first)).toBe(true);
    expect(await head()).toBe(first);
    expect(await forge.moveBranch('ticket/forward', second)).toBe(true);
    expect(await forge.moveBranch('ticket/forward', second)).toBe(true);
    expect(await forge.moveBranch('ticket/forward', first)).toBe(false);
    expect(await forge.moveBranch('ticket/forward', aside)).toBe(false);
    expect(await head()).toBe(second);
    const nothing = 'c'.repeat(40);
    await expect(forge.moveBranch('ticket/forward', nothing)).rejects.toMatchObject({ code: 'rejected' });
  });

  test('work is ahead of a branch that does not have it', async () => {
    const { forge, others } = use();
    const main = (await forge.ref('main')) ?? '';
    const first = await others.push('work/ahead', 'lucienne');
    const second = await others.push('work/ahead', 'lucienne');
    expect([await forge.isAhead(second), await forge.isAhead(main)]).toEqual([true, false]);
    expect([await forge.isAhead(second, first), await forge.isAhead(first, second)]).toEqual([true, false]);
    expect(await forge.isAhead('c'.repeat(40))).toBe(false);
    await others.merge(await pullOf(use(), 'work/ahead'), 'lucienne');
    expect(await forge.isAhead(second)).toBe(false);
  });

  test('the pushes to a branch are read newest first, with who made them', async () => {
    const { forge, others } = use();
    const first = await others.push('ticket/pushed', 'lucienne');
    const second = await others.push('ticket/pushed', 'lucienne');
    const third = await others.push('ticket/pushed', 'wilma');
    const ahead = await others.push('work/pushed', 'wilma');
    const pushed = await forge.pushes('refs/heads/ticket/pushed');
    expect(pushed.slice(0, 2)).toEqual([
      { before: second, after: third, actor: 'wilma' },
      { before: first, after: second, actor: 'lucienne' },
    ]);
    expect(pushed.at(-1)).toMatchObject({ before: none, actor: 'lucienne' });
    await forge.moveBranch('ticket/moved', ahead);
    await forge.moveBranch('ticket/moved', ahead);
    expect(await forge.pushes('refs/heads/ticket/moved')).toEqual([
      { before: none, after: ahead, actor: 'signalbox[bot]' },
    ]);
    expect(await forge.pushes('refs/heads/ticket/nobodys')).toEqual([]);
  });
}
