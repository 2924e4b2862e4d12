import { expect, test } from 'vitest';
import type { Ticket } from '../../src/ticket/format.ts';
import type { RequestOf } from '../../src/ticket/requests.ts';
import { requestDigest } from '../../src/ticket/signals.ts';
import { aTicket, config } from './desk.ts';
import { stopped, waiting } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

const work = 'c'.repeat(40);

/** What the agent of MC-1's first attempt says when it is too late for it. */
function late(
  desk: OperatedDesk,
  summary: string,
  channel: 'runner' | 'comment' = 'runner',
): RequestOf<'signal'> {
  const about = { ticket: 'MC-1', attempt: 1 };
  const said = {
    format: 1,
    kind: 'done',
    summary,
    run: null,
    key: 'k'.repeat(20),
    agent_gone: true,
    work,
  } as const;
  const signal = { ...about, ...said };
  return {
    ...about,
    kind: 'signal',
    signal,
    channel,
    text: summary,
    source: summary,
    at: desk.now,
    actor: 'luci',
  };
}

/** MC-1 on issue 1, parked in its first phase of two, and `words` of its first attempt that came too late. */
async function parkedWith(...words: string[]) {
  const phases = { dev: config.phases.dev, review: config.phases.review ?? config.phases.dev };
  const desk = await OperatedDesk.start({ ...config, phases } as typeof config);
  const issue = desk.forge.open('lucienne');
  const old = { ...stopped, outcome: 'parked', signal: null, stopped: desk.now } as const;
  const over: Partial<Ticket> = { ...waiting, issue, phases: ['dev', 'review'], attempts: [old] };
  await desk.put(aTicket('MC-1', { ...over, owner: 'somebody', restricted_at: null }));
  const digests: string[] = [];
  for (const one of words) {
    const request = late(desk, one);
    expect(await desk.operator.handle('MC-1', request)).toMatchObject({ code: 'attempt-closed' });
    digests.push(requestDigest(request));
  }
  await desk.sweep();
  desk.later();
  const say = async (body: string, author = 'wilma') => {
    desk.forge.say(1, body, author);
    await desk.look(1);
    desk.later();
  };
  return { desk, digests, say };
}

test('a late done is told with the way to accept it; accepted, its phase is over and its work is shown', async () => {
  const { desk, digests, say } = await parkedWith('It works');
  const [digest = ''] = digests;
  const [told = ''] = desk.forge.told(1, 'quarantine');
  const command = /`(\/accept [0-9a-f]+)`/.exec(told)?.[1] ?? '';
  expect(command).toContain(digest.slice(0, 8));
  await say(command, 'elmar'); // who may only triage
  expect((await desk.ticket('MC-1'))?.state).toBe('waiting');
  await say(command);
  expect(await desk.ticket('MC-1')).toMatchObject({
    state: 'todo',
    phase: 'review',
    attempts: [
      { outcome: 'parked', accepted: { kind: 'done', summary: 'It works', work, digest, by: 'wilma' } },
    ],
  });
  expect(await desk.quarantine()).toEqual([]);
  expect(desk.forge.refs.get('refs/heads/ticket/MC-1')).toBe(work);
  expect(desk.forge.shownPulls()).toEqual(['ticket/MC-1 open']);
  expect((await desk.history('MC-1'))[0]).toMatchObject({
    transition: `accept ${digest.slice(0, 8)}: waiting -> todo`,
    actor: 'wilma',
  });
  await desk.sweep();
  const after = desk.forge.told(1, 'quarantine');
  expect(after).toEqual([expect.stringContaining('**Accepted** by wilma')]);
  expect(after[0]).not.toContain('/accept');
});

test('what is discarded is gone, others stay, and the same words do not come back', async () => {
  const { desk, digests, say } = await parkedWith('one', 'two');
  const [one = '', two = ''] = digests;
  await say(`/discard ${one.slice(0, 8)}`);
  expect(await desk.quarantine()).toEqual([`quarantine/MC-1/1-${two}.yaml`]);
  expect((await desk.ticket('MC-1'))?.state).toBe('waiting');
  await say(`/discard ${one.slice(0, 8)}`); // twice
  expect(desk.forge.told(1, 'refused')).toEqual([expect.stringContaining('`no-such-entry`')]);
  const again = { ...late(desk, 'one', 'comment'), source: 'c7' };
  expect(await desk.operator.handle('MC-1', again)).toMatchObject({ accepted: false, code: 'other-fate' });
  expect(await desk.quarantine()).toHaveLength(1);
  const [told] = desk.forge.told(1, `quarantine:${one}`);
  expect(told).toContain('Taken out of quarantine');
});

test('two accepts of two signals race: one counts, the other is told why it does not', async () => {
  const { desk, digests, say } = await parkedWith('one', 'two');
  desk.forge.say(1, `/accept ${digests[0]?.slice(0, 8)}`, 'wilma');
  await say(`/accept ${digests[1]?.slice(0, 8)}`, 'lucienne');
  const ticket = await desk.ticket('MC-1');
  expect([ticket?.state, ticket?.phase]).toEqual(['todo', 'review']);
  expect(desk.forge.told(1, 'refused')).toEqual([expect.stringContaining('`other-phase`')]);
  expect(await desk.quarantine()).toHaveLength(1);
});

test('a command that names nothing is answered with how it is written, and harms nobody', async () => {
  const { desk, say } = await parkedWith('one');
  await say('/accept the last one');
  expect(desk.forge.told(1, 'refused')).toEqual([expect.stringContaining('`/accept 3fa9c0de`')]);
  expect(await desk.quarantine()).toHaveLength(1);
});

test('S5: what people were told of is what they accept: a file in quarantine that somebody pushes over is put back', async () => {
  const { desk, digests, say } = await parkedWith('It works');
  const [path = ''] = await desk.quarantine();
  const forged = (await desk.textAtHead(path)).replaceAll(work, 'e'.repeat(40));
  await desk.pushText('wilma', path, forged);
  await say(`/accept ${digests[0]}`);
  expect((await desk.ticket('MC-1'))?.attempts).toMatchObject([{ accepted: { work } }]);
  expect(desk.forge.refs.get('refs/heads/ticket/MC-1')).toBe(work);
  expect(desk.forge.told(1, 'quarantine')).toContainEqual(
    expect.stringContaining('A change that wilma pushed did not stand'),
  );
});
