import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readDesk } from '../../src/ticket/codec.ts';
import { filledForm, told } from '../support/people.ts';
import { World } from '../support/world.ts';

// What goes on for too long, or costs too much, is stopped: each limit once, with real agents. The work is kept, and people are told why.

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let desk: World;
beforeAll(async () => {
  desk = await World.start({
    config:
      'budgets: { attempt: { tokens: 1800 }, ticket: { tokens: 2000 }, unreported: { tokens_per_minute: 1 } }',
    limits: {
      retries: 1,
      retry_after_seconds: 1,
      look_seconds: 1,
      ticket_starts_per_hour: 3,
      failures_in_row: 2,
    },
    agents: { weak: {}, dear: {}, spare: { capacity: 3 } },
  });
});
afterAll(() => desk.end());

async function released(what: string, owner = 'spare'): Promise<{ issue: number; id: string }> {
  const issue = await desk.openIssue({ body: filledForm({ what, owner }), labels: ['ticket', 'release'] });
  return { issue, id: `MC-${issue}` };
}

/** What `/status` answers. */
async function explained(issue: number): Promise<string> {
  const before = (await told(desk, issue, 'answer:')).length;
  await desk.nextSecond();
  await desk.comment(issue, '/status', 'elmar');
  return desk.until('it is explained', async () => (await told(desk, issue, 'answer:'))[before]);
}

describe.concurrent('S9: every limit ends what goes on and on', () => {
  test('an attempt at its budget is stopped, with its work; a retry grants one more', async () => {
    const { issue, id } = await released('do: use 1900 tokens, wait');
    const blocked = await desk.untilState(id, 'blocked');
    expect(blocked).toMatchObject({
      blocked: { code: 'budget', reason: expect.stringContaining('1,900 of 1,800 tokens') },
      attempts: [{ outcome: 'blocked', usage: { tokens: 1900 } }],
      lifetime: { retries: 0 },
    });
    expect(desk.file('work.txt', `refs/signalbox/work/${id}/1`)).toBe('attempt 1 was here\n');
    await desk.until('a person is called', async () =>
      (await told(desk, issue, 'blocked:')).join().includes('@lucienne'),
    );
    expect(await explained(issue)).toMatch(/`budget` Blocked: .*1,900 of 1,800 tokens.*Since 20.*retry/s);
    await desk.comment(issue, '/retry', 'wilma');
    await desk.until('it is tried once more', () => desk.agent(id, 2));
    await desk.until('and stopped again', () => desk.ticket(id)?.attempts.length === 2);
  });

  test('a ticket that has used most of its budget is told of, and gets no more than the rest', async () => {
    const { issue, id } = await released('do: use 1700 tokens, be killed', 'dear');
    const [warning] = await desk.until('people are warned', async () => {
      const all = await told(desk, issue, 'budget-near:');
      return all.length > 0 ? all : null;
    });
    expect(warning).toContain('1,700 of 2,000 tokens');
    const { blocked, attempts } = await desk.untilState(id, 'blocked');
    expect(blocked).toMatchObject({ code: expect.stringMatching(/^(budget|retries-exhausted)$/) });
    expect(attempts).toHaveLength(2);
  });

  test('a ticket that starts again and again is blocked', async () => {
    const { issue, id } = await released('do: wait');
    for (const attempt of [1, 2, 3]) {
      await desk.until(`attempt ${attempt} works`, () => desk.agent(id, attempt));
      await desk.nextSecond();
      await desk.comment(issue, '/park', 'wilma');
      await desk.until(
        `attempt ${attempt} is stopped`,
        () => desk.ticket(id)?.attempts[attempt - 1]?.stopped,
      );
      await desk.nextSecond();
      await desk.comment(issue, '/release', 'wilma');
    }
    expect((await desk.untilState(id, 'blocked')).blocked?.code).toBe('breaker-starts');
    await desk.until('a person is called', async () => (await told(desk, issue, 'blocked:')).length > 0);
    expect(desk.starts(id)).toEqual([`${id}-1`, `${id}-2`, `${id}-3`]);
    expect(await explained(issue)).toContain('`breaker-starts` Blocked: ');
  });

  test('an agent whose attempts fail one after another is paused, until somebody resumes it', async () => {
    const bad = await released('do: be killed', 'weak');
    await desk.until('both attempts of it have failed', () => desk.ticket(bad.id)?.attempts.length === 2);
    const next = await released('do: finish', 'weak');
    expect(readDesk(desk.file('desk.yaml') ?? '').desk?.profiles.weak).toMatchObject({ breaker: true });
    await desk.untilState(next.id, 'todo');
    await desk.until('its issue says why', async () =>
      (await told(desk, next.issue, 'status')).join().includes('breaker-failures'),
    );
    expect(await explained(next.issue)).toMatch(
      /`breaker-failures` weak is paused: 2 of its attempts failed/,
    );
    expect(desk.starts(next.id)).toEqual([]);
    await desk.comment(next.issue, '/resume weak', 'wilma');
    await desk.untilState(next.id, 'done');
  });
});
