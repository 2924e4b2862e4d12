import { expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import type { Context } from '../../src/engine/context.ts';
import type { Forge } from '../../src/engine/ports.ts';
import { publishWork } from '../../src/engine/publish.ts';
import { aTicket } from './desk.ts';
import { stopped } from './fixtures.ts';

/** A forge that has branches and pull requests, and on whose refs anything may lie. */
function aForge(refs: Record<string, string>) {
  const opened: string[] = [];
  const forge: Partial<Forge> = {
    ref: async (name) => refs[name] ?? null,
    isAhead: async () => true,
    pullRequest: async () => null,
    moveBranch: async (branch, sha) => {
      refs[`refs/heads/${branch}`] = sha;
      return true;
    },
    openPullRequest: async (branch, title, body) => {
      opened.push(branch);
      const shown = { number: 1, title, body, head: branch, head_sha: '', base: 'main' };
      return { ...shown, state: 'open', merged: null, url: '' };
    },
  };
  const context = { forge: forge as Forge, log: silentLog } as Context;
  return {
    opened,
    refs,
    publish: (work?: string) =>
      publishWork(context, aTicket('MC-1'), { ...stopped, work }, { once: async () => {} }),
  };
}

const [accepted, checkedIn] = ['a'.repeat(40), 'c'.repeat(40)];

test('S5: the ticket branch moves to the commit that was accepted, whatever lies on the ref of the work by then', async () => {
  const { publish, refs } = aForge({ 'refs/signalbox/work/MC-1/1': checkedIn });
  await publish(accepted);
  expect(refs['refs/heads/ticket/MC-1']).toBe(accepted);
});

test('S5: a completion that names no work shows none, though a check-in was kept', async () => {
  const { publish, refs, opened } = aForge({ 'refs/signalbox/work/MC-1/1': checkedIn });
  await publish();
  expect(refs).not.toHaveProperty('refs/heads/ticket/MC-1');
  expect(opened).toEqual([]);
});
