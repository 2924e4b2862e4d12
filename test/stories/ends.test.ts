import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import type { ClosedAttempt } from '../../src/ticket/format.ts';
import { told } from '../support/people.ts';
import { repository, slowness } from '../support/repository.ts';
import { evidenceOf, lives, logOf, runnerOf, untilWorking } from '../support/runs.ts';
import { World } from '../support/world.ts';

/*
 * However an agent ends, its attempt has a named end, with a report in the ticket's file and on its issue.
 */

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const agents = {
  /** More than the time between two sweeps, and less than that between two saves: it is silent now and then. */
  quiet: { check_in_minutes: 0.25 },
  brief: { time_limit_minutes: 0.1 * slowness() },
  metered: {
    capacity: 2,
    quota: { exit_codes: [], patterns: ['limit reached, retry after (?<until>\\d+) s'], pause_minutes: 60 },
  },
};

let desk: World;
beforeAll(async () => {
  desk = await World.start({ limits: { retries: 0, look_seconds: 1 }, agents });
});
afterAll(() => desk.end());

/** A released ticket; what its agent does is told by `deeds`. */
async function released(deeds: string, owner = 'luci'): Promise<{ issue: number; id: string }> {
  const body = `### What is to be done?\n\ndo: ${deeds}\n\n### Who works on it?\n\n${owner}\n\n### Priority\n\nNormal`;
  const issue = await desk.openIssue({ body, labels: ['ticket', 'release'] });
  return { issue, id: `MC-${issue}` };
}

/** How its first attempt ended, once it was seen to; the report stands in the file and, word by word, on the issue. */
async function ended(issue: number, id: string): Promise<ClosedAttempt> {
  const attempt = await desk.until(`${id} #1 has ended`, () => {
    const first = desk.ticket(id)?.attempts[0];
    return first?.stopped ? first : undefined;
  });
  const { report } = attempt;
  const comment = await evidenceOf(desk, issue);
  expect(comment).toContain(`**Attempt 1 of ${id} ended without a completion: ${attempt.outcome}.**`);
  expect(comment).toContain(`- Status: ${report?.status}`);
  expect(comment).toContain(`- Stop condition: ${report?.stop_condition}`);
  expect(comment).toContain(`- Human input required: ${report?.human_input_required ? 'yes' : 'no'}`);
  for (const line of [...(report?.next_actions ?? []), ...(report?.artifacts ?? [])])
    expect(comment).toContain(`  - ${line}`);
  for (const line of report?.summary.split('\n') ?? []) expect(comment).toContain(`> ${line}`);
  expect(desk.file('work.txt', `refs/signalbox/work/${id}/1`)).toBe('attempt 1 was here\n');
  return attempt;
}

const blocked = { safe_retry: true, human_input_required: true };

describe.concurrent('S9: every agent ends, in a named outcome and with a terminal report', () => {
  test('one that hangs: stopped at its time limit, with all that it started', async () => {
    const { issue, id } = await released('mumble, wait, grandchild, ignore sigterm', 'brief');
    const working = await untilWorking(desk, issue);
    const { outcome, report } = await ended(issue, id);
    expect(outcome).toBe('lost');
    expect(report).toMatchObject({
      ...blocked,
      root_cause: 'time-limit: The attempt ran longer than its profile allows.',
      stop_condition: 'The agent was stopped at its time limit.',
      summary: 'waiting for the model',
    });
    expect(lives(working)).toBe(false);
    expect(desk.ticket(id)).toMatchObject({ state: 'blocked', blocked: { code: 'retries-exhausted' } });
  });

  test('one that prints nothing, and one that ends without a verdict: lost', async () => {
    const [silent, talking] = await Promise.all([released('nothing'), released('talk')]);
    const first = await ended(silent.issue, silent.id);
    const second = await ended(talking.issue, talking.id);
    for (const { outcome, report } of [first, second]) {
      expect(outcome).toBe('lost');
      expect(report).toMatchObject({
        ...blocked,
        root_cause: 'run-ended-silent: The run ended without a verdict.',
        stop_condition: 'The agent ended with exit status 0, and without a verdict.',
      });
    }
    expect(first.report?.summary).toBe('Its agent printed nothing.');
    expect(second.report?.summary).toBe('I think that is all.'); // no frame of its spinner
  });

  test('one that the kernel kills: failed, with its last words', async () => {
    const { issue, id } = await released('be killed');
    const { outcome, report } = await ended(issue, id);
    expect(outcome).toBe('failed');
    expect(report).toMatchObject({
      ...blocked,
      stop_condition: 'The agent was ended by SIGKILL.',
      summary: 'reading the whole map into memory',
    });
  });

  test('one that floods 200 MB: the runner stays small, and its own words are still in the log', async () => {
    const { issue, id } = await released('flood');
    const { run, agent } = await untilWorking(desk, issue);
    const status = `/proc/${runnerOf(agent)}/status`;
    const before = kilobytes(status, 'VmRSS');
    desk.say(id, 1, 'go');
    const flooded = join(desk.stories, `${id}-1.flooded`);
    await desk.until('all is printed', () => existsSync(flooded), 120 * slowness());
    expect(kilobytes(status, 'VmHWM') - before).toBeLessThan(300 * 1024);
    writeFileSync(join(desk.stories, `${id}-1.end`), '');
    const { outcome, report } = await ended(issue, id);
    expect(outcome).toBe('failed');
    expect(report?.stop_condition).toBe('The agent ended with exit status 7.');
    expect(report?.summary).toMatch(/\(\d+ times\)\nout of breath$/);
    const log = await logOf(desk, run);
    expect(log.length).toBeLessThan(16 * 1024 * 1024);
    expect(log).toContain(`signal of ${id}, attempt 1:`);
  });
});

test.concurrent('S8: one that gives no sign of life is asked after, and goes on', async () => {
  const { issue, id } = await released('wait', 'quiet');
  const { run } = await untilWorking(desk, issue);
  const followUp = async () => (await told(desk, issue, 'follow-up:1')).join('\n---\n');
  const untilSaid = (words: string) =>
    desk.until(`the follow-up says: ${words}`, async () => (await followUp()).includes(words));
  await untilSaid('is silent');
  expect(await followUp()).toMatch(/^<!-- signalbox:follow-up:1 -->\n\[follow-up\] /);
  expect(await followUp()).toContain(`GitHub says that [run ${run}]`);
  expect(desk.ticket(id)?.state).toBe('in_progress');
  savedNow(id);
  await untilSaid('has checked in again');
  desk.say(id, 1, 'DONE: there was much to read');
  await desk.untilState(id, 'done');
  await untilSaid(': done.');
  expect(await followUp()).not.toContain('---');
});

/** Its runner saves the work of attempt 1. */
function savedNow(id: string): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['--git-dir', desk.github.admin.gitDir(repository), ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...author },
    }).trim();
  const commit = git('commit-tree', '-m', 'work in progress', 'main^{tree}');
  git('update-ref', `refs/signalbox/work/${id}/1`, commit);
}

const author = {
  GIT_AUTHOR_NAME: 'luci',
  GIT_AUTHOR_EMAIL: 'luci@agents.invalid',
  GIT_COMMITTER_NAME: 'signalbox',
  GIT_COMMITTER_EMAIL: 'signalbox@signalbox.invalid',
};

function kilobytes(status: string, field: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(status, 'utf8'))?.[1]);
}

test('S9: a provider’s limit pauses the profile, and at the end one attempt goes first', async () => {
  const first = await released('meet the limit, wait', 'metered');
  const { report, outcome } = await ended(first.issue, first.id);
  expect(outcome).toBe('quota');
  expect(report).toMatchObject({ safe_retry: true, human_input_required: false });
  expect(report?.stop_condition).toContain('Provider limit reached, retry after 12 seconds.');
  const pause = desk.file('desk.yaml') ?? '';
  const until = /until: (\S+)/.exec(pause)?.[1] ?? '';
  expect(pause).toContain('metered:');
  const second = await released('wait', 'metered');
  await desk.until('the other ticket says why it waits', async () =>
    (await told(desk, second.issue, 'status')).some((body) =>
      body.includes(`\`profile-paused\` metered is paused until ${until}`),
    ),
  );
  const probe = await untilWorking(desk, first.issue, 2);
  const bound = Date.parse(desk.ticket(first.id)?.attempt?.claimed ?? '');
  expect(bound).toBeGreaterThanOrEqual(Date.parse(until));
  expect(desk.starts(second.id)).toEqual([]); // though the profile may work two
  desk.say(probe.id, 2, 'DONE: it works again');
  await desk.untilState(first.id, 'done');
  expect((await untilWorking(desk, second.issue)).agent.met).not.toContain(`${first.id}-2`);
  expect(desk.ticket(first.id)?.lifetime).toMatchObject({ attempts: 2, retries: 0 });
  expect(parse(desk.file('desk.yaml') ?? '').profiles ?? {}).not.toHaveProperty('metered');
  desk.say(second.id, 1, 'DONE: mine');
  await desk.untilState(second.id, 'done');
});
