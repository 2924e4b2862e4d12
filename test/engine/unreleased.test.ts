import { expect, test } from 'vitest';
import { config as schema } from '../../src/ticket/config.ts';
import { aTicket, config } from './desk.ts';
import { OperatedDesk } from './operated.ts';

// What nobody released yet waits for nothing, unless somebody who may release it says so.

const agents = { luci: { command: ['true'] }, ada: { command: ['true'] } };

/** MC-1 on issue 1, parked for good; nobody has released it. */
async function aParked(): Promise<OperatedDesk> {
  const desk = await OperatedDesk.start(schema.parse({ ...config, agents }));
  const issue = desk.forge.open('lucienne');
  const waiting = { kind: 'parked', reason: '', by: 'elmar', since: desk.now } as const;
  await desk.put(aTicket('MC-1', { issue, state: 'waiting', waiting, restricted_at: desk.now }));
  await desk.sweep();
  desk.later();
  return desk;
}

const say = async (desk: OperatedDesk, words: string, who: string) => {
  desk.forge.say(1, words, who);
  await desk.look(1);
  desk.later();
};
const look = async (desk: OperatedDesk) => {
  desk.later(60_000);
  await desk.lookAtHead();
  return (await desk.ticket('MC-1'))?.state;
};

test('S2: by a comment: of what nobody released a condition counts only from who may release it', async () => {
  const desk = await aParked();
  await say(desk, '/park when ada is idle', 'elmar');
  expect(desk.forge.told(1, 'answer')[0]).toContain(
    'and only a release wakes it. `not-permitted` Nobody has released it',
  );
  expect((await desk.ticket('MC-1'))?.waiting).toMatchObject({ kind: 'parked', by: 'elmar' });
  expect(await look(desk)).toBe('waiting');
  await say(desk, '/park when ada is idle', 'wilma');
  expect(await look(desk)).toBe('in_progress');
  expect((await desk.ticket('MC-1'))?.released?.by).toBe('wilma');
  // What was released before may be deferred by whoever may park it.
  await say(desk, '/park until 2099-07-01', 'elmar');
  expect((await desk.ticket('MC-1'))?.waiting).toMatchObject({ kind: 'deferred', by: 'elmar' });
});

test('S2: nor does one on the board, of a ticket that is there or is made there', async () => {
  const desk = await aParked();
  const asking = { login: 'elmar', user: undefined, source: `b${'1'.repeat(24)}` } as never;
  const { panel } = desk.operator;
  const parked = await panel.command('MC-1', '/park when ada is idle', asking);
  expect(parked).toMatchObject({ accepted: true, code: 'not-permitted' });
  const wish = {
    title: 'T',
    body: '',
    owner: null,
    priority: 'normal',
    wait: 'when ada is idle',
    mirror: false,
  };
  const made = await panel.create(
    wish as never,
    { ...(asking as object), source: `b${'2'.repeat(24)}` } as never,
  );
  expect(made.decision).toMatchObject({ accepted: true, code: 'not-permitted' });
  expect(made.decision.ticket?.waiting?.kind).toBe('parked');
});
