import { expect, test } from 'vitest';
import { isoSeconds } from '../../src/base/clock.ts';
import { commentAsks } from '../../src/engine/commands.ts';
import { OwnComments } from '../../src/engine/comments.ts';
import type { Context } from '../../src/engine/context.ts';
import { closingAsks, labelAsks } from '../../src/engine/labels.ts';
import type { Comment, Issue, IssueEvent, Snapshot } from '../../src/engine/ports.ts';
import { openDesk } from '../../src/ticket/format.ts';
import { aTicket, config } from './desk.ts';

const now = Date.parse('2026-06-01T12:00:00Z');
const daysAgo = (days: number) => isoSeconds(now - days * 24 * 3600 * 1000);
const ticket = aTicket('MC-1', { issue: 1, created: daysAgo(90) });

/** What is asked by a comment, a label and a closing of an issue made so long ago, of which no mark is left. */
async function asked(days: number): Promise<number> {
  const forge = { now: () => now, permission: async () => 'admin', hasReacted: async () => false };
  const context = {
    forge,
    config: async () => config,
    installedAt: daysAgo(90),
    answered: new Set(),
    ticketLabel: async () => {},
  } as unknown as Context;
  const said = { author: 'wilma', author_is_bot: false, ours: false, at: daysAgo(days) };
  const comment: Comment = { id: 7, body: '/park', ...said };
  const own = new OwnComments(context.forge, 1, [comment]);
  const snapshot = { desk: openDesk } as Snapshot;
  const done = { label: '', actor: 'wilma', ours: false, at: daysAgo(days) };
  const events: IssueEvent[] = [
    { ...done, id: 8, event: 'labeled', label: 'park' },
    { ...done, id: 9, event: 'closed' },
  ];
  const issue = { number: 1, state: 'closed', state_reason: 'not_planned' } as Issue;
  const reading = { issue, events, comments: own, config, pull: null };
  const asks = await Promise.all([
    commentAsks(context, { id: 'MC-1', ticket, snapshot, comment, own }),
    ...labelAsks(context, ticket, reading),
    closingAsks(context, ticket, reading),
  ]);
  return asks.flat().length;
}

test('what is older than the memory of a ticket was carried out, and its mark forgotten: it asks nothing again', async () => {
  expect(await asked(29)).toBe(3);
  expect(await asked(31)).toBe(0);
});
