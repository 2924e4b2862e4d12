import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { writeTicket } from '../../src/ticket/codec.ts';
import { ticket as ticketSchema } from '../../src/ticket/format.ts';
import { archivePath, ticketPath } from '../../src/ticket/paths.ts';
import { told } from '../support/people.ts';
import { editFile, pushFiles } from '../support/pushes.ts';
import { keyOf, quarantineOf, untilQuarantined } from '../support/signals.ts';
import { World } from '../support/world.ts';

// Bad input: a clear error with its code, nothing lost, and everything else goes on.

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const at = { owner: 'acme', repo: 'desk' };
const closed = {
  number: 1,
  claim: 'c',
  phase: 'dev',
  agent: 'luci',
  run: null,
  outcome: 'done',
  by: 'luci',
  reason: 'long ago',
  signal: 'a'.repeat(64),
  started: '2026-01-05T09:00:00Z',
  ended: '2026-01-05T10:00:00Z',
  stopped: '2026-01-05T10:00:00Z',
};
const archived = (id: string) =>
  writeTicket(
    ticketSchema.parse({
      format: 1,
      id,
      title: 'Done long ago',
      state: 'done',
      attempts: [closed],
      lifetime: { attempts: 1 },
    }),
  );

let desk: World;
let appUrl: string;
beforeAll(async () => {
  desk = await World.start({ state: { [archivePath('OLD-1')]: archived('OLD-1') }, noApp: true });
  appUrl = (await desk.startApp()).url;
});
afterAll(() => desk.end());

/** The issue of a ticket that was born as a file. */
async function issueOf(id: string): Promise<number | undefined> {
  const { data } = await desk.as('lucienne').rest.issues.listForRepo({ ...at, state: 'all', per_page: 100 });
  return data.find(({ body }) => body?.startsWith(`<!-- signalbox:ticket:${id} -->`))?.number;
}

const aliases = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}]`),
];
const ticketText = (id: string, rest = '') => `format: 1\nid: ${id}\ntitle: From a file\n${rest}`;

/** Files that nobody can read, by the code they are reported with. */
const broken: Record<string, { code: string; text: string }> = {
  'BAD-1': { code: 'bad-yaml', text: 'format: 1\nid: BAD-1\ntitle: [no end' },
  'BAD-2': { code: 'bad-yaml', text: `${ticketText('BAD-2')}${aliases.join('\n')}\n` },
  'BAD-3': { code: 'bad-field', text: ticketText('BAD-3', 'puased: true\n') },
  'BAD-4': { code: 'bad-field', text: ticketText('BAD-4', 'priority: [high]\n') },
  'BAD-5': { code: 'newer-format', text: ticketText('BAD-5').replace('format: 1', 'format: 2') },
  'BAD-6': { code: 'bad-field', text: ticketText('../../BAD-6') },
  'BAD-7': { code: 'id-mismatch', text: ticketText('GOOD-1') },
  'BAD-8': { code: 'too-large', text: ticketText('BAD-8', `body: ${'x'.repeat(2_000_000)}\n`) },
};

test.concurrent('files that cannot be read harm themselves alone, and are reported with their code', async () => {
  const files = Object.fromEntries(Object.entries(broken).map(([id, { text }]) => [ticketPath(id), text]));
  const strange = { 'tickets/..%2f..%2fetc.yaml': ticketText('x'), 'tickets/a..b.yaml': ticketText('a..b') };
  const good = { [ticketPath('GOOD-1')]: ticketText('GOOD-1', 'state: todo\nbody: "do: finish"\n') };
  await pushFiles(desk, () => ({ ...files, ...strange, ...good }));
  await desk.untilState('GOOD-1', 'done');
  for (const [id, { code, text }] of Object.entries(broken)) {
    const issue = await desk.until(`${id} has an issue`, () => issueOf(id));
    const [said] = await desk.until(`${id} is reported`, async () => {
      const comments = await told(desk, issue, 'broken:');
      return comments.length > 0 ? comments : undefined;
    });
    expect(said).toContain(`\`${code}\``);
    expect(said).toContain(ticketPath(id));
    expect(desk.file(ticketPath(id))).toBe(text);
  }
  for (const [path, text] of Object.entries(strange)) expect(desk.file(path)).toBe(text);
  // mended, it is a ticket like any other
  await editFile(desk, ticketPath('BAD-3'), (text) => text.replace('puased: true\n', 'state: todo\n'));
  await desk.untilState('BAD-3', 'done');
  expect(desk.ticket('BAD-3')).toMatchObject({ title: 'From a file', issue: await issueOf('BAD-3') });
});

test.concurrent('a ticket that works is broken by a slip of the pen: its word waits, and counts once it is mended', async () => {
  const issue = await desk.openIssue({ body: 'do: wait', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  await desk.until('the agent works', () => desk.agent(id));
  await editFile(desk, ticketPath(id), (text) => text.replace('title: A ticket', 'title: "A ticket'));
  await desk.until('it is reported', async () => (await told(desk, issue, 'broken:')).length > 0);
  desk.say(id, 1, 'DONE: meanwhile');
  await desk.until('the word is durable', () => desk.ref(`refs/signalbox/signal/${id}/1`));
  await desk.until('the run has ended', async () => (await desk.runs(`${id} #1`))[0]?.status === 'completed');
  expect(quarantineOf(desk, id)).toEqual([]);
  await editFile(desk, ticketPath(id), (text) => text.replace('title: "A ticket', 'title: A better ticket'));
  const done = await desk.untilState(id, 'done');
  expect(done).toMatchObject({
    title: 'A better ticket',
    attempts: [{ outcome: 'done', reason: 'meanwhile' }],
  });
  expect(desk.starts(id)).toEqual([`${id}-1`]);
});

test.concurrent('a ticket both open and archived: the open one counts, in the inbox and with its past, and it is said', async () => {
  await desk.until('the archive was taken up', () => desk.ref('refs/signalbox/witness'));
  await pushFiles(desk, () => ({ [ticketPath('OLD-1')]: ticketText('OLD-1', 'state: in_progress\n') }));
  const issue = await desk.until('it has an issue', () => issueOf('OLD-1'));
  const said = await desk.until('it is said', async () => {
    const comments = await told(desk, issue, 'quarantine:');
    return comments.length === 2 ? comments.join('\n') : undefined;
  });
  expect(said).toContain('`both-open-and-archived`');
  expect(said).toContain('`illegal-edit`');
  expect(desk.ticket('OLD-1')).toMatchObject({
    state: 'inbox',
    attempt: null,
    attempts: [{ reason: 'long ago' }],
  });
  expect(desk.file(archivePath('OLD-1'))).toBeNull();
  expect(await desk.runs('OLD-1')).toEqual([]);
});

test.concurrent('signals that are none: each kept with its code, and the one that is one counts', async () => {
  const issue = await desk.openIssue({ body: 'do: wait', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  await desk.until('the agent works', () => desk.agent(id));
  const key = keyOf(desk, id, 1);
  const good = desk.signal({ ticket: id, attempt: 1, summary: 'well-formed', key });
  await pushFiles(desk, () => ({
    'signals/NONE-1/1.yaml': desk.signal({ ticket: 'NONE-1', attempt: 1, summary: 'of nobody' }),
  }));
  expect(await untilQuarantined(desk, 'NONE-1', 'of nobody')).toMatchObject({
    code: 'no-such-ticket',
    state: 'none',
  });
  const bad = {
    'broken YAML': 'kind: [done',
    'an alias bomb': aliases.join('\n'),
    'an unknown field': good.replace('"summary"', '"sumary":1,"summary"'),
    'a wrong type': good.replace('"attempt":1', '"attempt":"1"'),
    'a newer format': good.replace('"format":1', '"format":2'),
    "another ticket's": desk.signal({ ticket: 'GOOD-1', attempt: 1, key }),
    'two megabytes': desk.signal({ ticket: id, attempt: 1, key, summary: 'x'.repeat(2_000_000) }),
  };
  const texts = Object.values(bad);
  await pushFiles(desk, () =>
    Object.fromEntries(texts.map((text, index) => [`signals/${id}/${index + 1}.yaml`, text])),
  );
  const kept = await desk.until('each is kept', () => {
    const all = quarantineOf(desk, id);
    return all.length === texts.length ? all : undefined;
  });
  expect(kept.map(({ code }) => code)).toEqual(texts.map(() => 'bad-signal'));
  // a folder that no ticket can have is nobody's, and stays as it is
  await pushFiles(desk, () => ({ 'signals/a..b/1.yaml': good, [`signals/${id}/1.yaml`]: good }));
  const done = await desk.untilState(id, 'done');
  expect(done.attempts).toMatchObject([{ outcome: 'done', reason: 'well-formed' }]);
  expect(desk.file('signals/a..b/1.yaml')).toBe(good);
  desk.say(id, 1, 'the end');
});

test.concurrent('a webhook with a bad signature, or none, is refused and read by nobody', async () => {
  const issue = await desk.openIssue({ body: 'do: finish', labels: ['ticket', 'park'] });
  const id = `MC-${issue}`;
  await desk.untilState(id, 'waiting');
  const body = JSON.stringify({ action: 'labeled', issue: { number: issue }, label: { name: 'release' } });
  const send = (signature: Record<string, string>, text = body) =>
    fetch(`${appUrl}/api/github/webhooks`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'issues',
        'x-github-delivery': 'forged',
        ...signature,
      },
      body: text,
    });
  for (const signature of [
    {},
    { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
    { 'x-hub-signature-256': 'nonsense' },
  ]) {
    const answer = await send(signature as Record<string, string>);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ error: 'bad-signature' });
  }
  const large = await send({ 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }, 'x'.repeat(2_000_000));
  expect(large.status).toBe(401);
  expect(desk.ticket(id)?.state).toBe('waiting');
});

test.concurrent('nobody writes trailers of their own into the history: title, reason, path', async () => {
  const victim = await desk.openIssue({ body: 'do: finish', labels: ['ticket', 'park'] });
  const forged = `x\n\nTicket: MC-${victim}\nTransition: release: waiting -> todo\nActor: lucienne\nCause: e1`;
  const issue = await desk.openIssue({ title: `A title\n${forged}`, body: forged });
  const id = `MC-${issue}`;
  await desk.untilState(id, 'inbox');
  await desk.comment(issue, `/park ${forged}`, 'elmar');
  await desk.untilState(id, 'waiting');
  const path = `archive/00/${forged.replaceAll('/', '')}.yaml`;
  await pushFiles(desk, () => ({ [path]: 'x' }), 'wilma');
  await desk.until('it is put back', () => desk.file(path) === null);
  expect(desk.ticket(id)?.waiting?.reason).toContain('Transition: release'); // words are words
  const transitions = [
    ...new Set(desk.history(`MC-${victim}`).map(({ transition }) => transition.split(':')[0])),
  ];
  expect(transitions).toEqual(['create -> waiting']);
  expect(desk.history(id).map(({ actor }) => actor)).not.toContain('lucienne: e1');
  const trailers = desk.messages().flatMap((message) => message.split('\n\n').at(-1)?.split('\n') ?? []);
  expect(trailers.filter((line) => line === `Ticket: MC-${victim}`)).toHaveLength(1);
});

test.concurrent('a workflow dispatched by hand for `../evil`: the runner refuses it, and no agent starts', async () => {
  const inputs = { ticket: '../evil', attempt: '1', claim: 'x', phase: 'dev' };
  await desk
    .as('wilma')
    .rest.actions.createWorkflowDispatch({ ...at, workflow_id: 'signalbox.yml', ref: 'main', inputs });
  const run = await desk.until('its run has ended', async () =>
    (await desk.runs('../evil')).find(({ status }) => status === 'completed'),
  );
  expect(run.conclusion).toBe('failure');
  const { data } = await desk.as('lucienne').rest.actions.listJobsForWorkflowRun({ ...at, run_id: run.id });
  const log = data.jobs.map((job) => desk.github.actions.log(job.id)).join('\n');
  expect(log).toContain('bad-input');
  expect(desk.starts().filter((name) => name.includes('evil'))).toEqual([]);
});

test.concurrent('text that no ticket can have: the person is told, with the code', async () => {
  const issue = await desk.openIssue({ title: 'Trains', body: '🚂'.repeat(65_536) });
  const [said] = await desk.until('it is said', async () => {
    const comments = await told(desk, issue, 'refused:');
    return comments.length > 0 ? comments : undefined;
  });
  expect(said).toContain('@lucienne: `too-large`');
  expect(desk.ticket(`MC-${issue}`)).toBeUndefined();
  await expect(desk.openIssue({ title: 'Two megabytes', body: 'x'.repeat(2_000_000) })).rejects.toThrow(
    /too long/,
  );
});
