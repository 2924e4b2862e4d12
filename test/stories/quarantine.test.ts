import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cloneOf, type PersonsClone } from '../support/clone.ts';
import { told } from '../support/people.ts';
import { quarantineOf, untilQuarantined } from '../support/signals.ts';
import { World } from '../support/world.ts';

// What was refused, by us or by GitHub, is in a place where a person finds it and takes it out again.

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const where = { owner: 'acme', repo: 'desk' };

let desk: World;
let wilma: PersonsClone;
beforeAll(async () => {
  // An agent that is told to end says its last words: on a busy machine that takes its time.
  desk = await World.start({ limits: { kill_after_seconds: 5 } });
  wilma = await cloneOf(desk, 'wilma');
});
afterAll(() => desk.end());

test.concurrent('a done that came too late is accepted from a clone: the ticket is done, and its work is shown', async () => {
  const issue = await desk.openIssue({ body: 'do: wait, last words', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  await desk.until('the agent works', () => desk.agent(id));
  await desk.label(issue, 'park', 'elmar');
  await desk.until('attempt 1 is stopped', () => desk.ticket(id)?.attempts[0]?.stopped);
  const { digest } = await untilQuarantined(desk, id, 'with my last breath');

  const listed = await wilma.signalbox('quarantine', 'list', '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject({ entries: [{ ticket: id, digest }] });
  expect(await wilma.signalbox('quarantine', 'accept', digest.slice(0, 12))).toMatchObject({
    status: 0,
    stdout: `accepted: ${id} is done.\n`,
  });
  const done = await desk.untilState(id, 'done');
  expect(done.attempts).toMatchObject([{ outcome: 'parked', accepted: { kind: 'done', by: 'wilma' } }]);
  expect(quarantineOf(desk, id)).toEqual([]);
  const shown = await desk.until('its work is shown', async () => {
    const { data } = await desk.as('wilma').rest.pulls.list({ ...where, head: `acme:ticket/${id}` });
    return data[0];
  });
  expect(shown?.head.sha).toBe(done.attempts[0]?.accepted?.work);
  const comment = await desk.until('the comment says so', async () => {
    const [one = ''] = await told(desk, issue, 'quarantine:');
    return one.includes('**Accepted** by wilma') ? one : undefined;
  });
  expect(comment).not.toContain('/accept');
  expect(desk.starts(id)).toHaveLength(1);
});

test.concurrent('S6: work that GitHub takes no push of is an artifact of its run, and the issue says how to fetch it', async () => {
  const issue = await desk.openIssue({ body: 'do: finish', labels: ['ticket', 'hold'] });
  const id = `MC-${issue}`;
  const git = join(desk.folder, 'github', 'git');
  const [bare = ''] = readdirSync(git);
  const rule = `case $1 in refs/signalbox/work/${id}/*) echo "GH013: Repository rule violations found" >&2; exit 1;; esac`;
  writeFileSync(join(git, bare, 'hooks', 'update'), `#!/bin/sh\n${rule}\nexit 0\n`, { mode: 0o755 });
  await desk.untilState(id, 'waiting');
  await desk.nextSecond();
  await desk.label(issue, 'release');
  const attempt = await desk.until('attempt 1 has failed', () => desk.ticket(id)?.attempts[0]);
  await desk.label(issue, 'park'); // once is enough
  expect(attempt).toMatchObject({ outcome: 'failed', bundled: true });
  expect(attempt.reason).toContain('GH013');
  const evidence = await desk.until('the evidence', async () => (await told(desk, issue, 'evidence:1'))[0]);
  const [, run = '', name = '', file = '', ref = ''] =
    /gh run download (\d+) --name (\S+) && git fetch \.\/(\S+) ([^\s`]+)/.exec(evidence) ?? [];
  const { data } = await desk.until('the artifact is there', async () => {
    const found = await desk
      .as('wilma')
      .rest.actions.listWorkflowRunArtifacts({ ...where, run_id: Number(run), name });
    return found.data.total_count > 0 ? found : undefined;
  });
  // What `gh run download` does, which is not on this machine.
  const zip = await desk.as('wilma').rest.actions.downloadArtifact({
    ...where,
    artifact_id: data.artifacts[0]?.id ?? 0,
    archive_format: 'zip',
  });
  const unpacked = Object.entries(unzipSync(new Uint8Array(zip.data as ArrayBuffer)));
  for (const [path, bytes] of unpacked) writeFileSync(join(desk.folder, path), bytes);
  await wilma.git('fetch', '--quiet', 'origin');
  await wilma.git('fetch', join(desk.folder, file), ref);
  expect(await wilma.git('show', 'FETCH_HEAD:work.txt')).toBe('attempt 1 was here');
});
