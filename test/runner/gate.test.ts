import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IssueEvent } from '../../src/engine/ports.ts';
import { makeWorld, until, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

const agent = 'echo started; echo DONE: x';
const started = () => world.log.some((line) => line === 'agent | started');

function labelled(label: string, id = 118): IssueEvent {
  return {
    id,
    event: 'labeled',
    label,
    actor: 'elmar',
    ours: false,
    at: new Date(Date.now() - 1_000).toISOString(),
  };
}

/** Nothing started, nothing was signalled, and the log says why. */
async function turnedAway(code: string) {
  expect(await world.run(agent)).toMatchObject({ outcome: 'not-started', code });
  expect(started()).toBe(false);
  expect(world.log.at(-1)).toContain(`not started: ${code}: `);
  expect(
    world.requests.map(({ kind }) => kind).filter((kind) => kind !== 'bind' && kind !== 'stopped'),
  ).toEqual([]);
}

describe('the gate', () => {
  it('lets the run of the open claim in, and writes its key as a hash only', async () => {
    expect(await world.run(agent)).toMatchObject({ outcome: 'done' });
    expect(started()).toBe(true);
    const bind = world.requests[0];
    if (bind?.kind !== 'bind') throw new Error('the first request binds');
    expect(bind).toMatchObject({ attempt: 1, claim: 'claim-1', run: { id: 990, run_attempt: 1 } });
    expect(bind.key_sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('refuses a run that somebody pressed again', async () => {
    world.job = { ...world.job, run: { ...world.job.run, run_attempt: 2 } };
    await turnedAway('rerun');
    expect(world.requests).toEqual([]);
  });

  it('refuses a ticket that was parked between claim and gate', async () => {
    world.ask({ kind: 'park', reason: '' });
    await turnedAway('not-executing');
  });

  it('refuses another claim', async () => {
    world.job = { ...world.job, claim: 'claim-0' };
    await turnedAway('other-claim');
  });

  it('S3: refuses a second run of the same attempt', async () => {
    world.ask({
      kind: 'bind',
      attempt: 1,
      claim: 'claim-1',
      run: { id: 989, run_attempt: 1, url: '' },
      key_sha256: '0'.repeat(64),
    });
    await turnedAway('other-run');
  });

  it('refuses a ticket that is not there, done with, or has no agent', async () => {
    world.job = { ...world.job, ticket: 'MC-2' };
    await turnedAway('no-such-ticket');
    world.job = { ...world.job, ticket: 'MC-1' };
    world.setTicket({ attempt: { ...(world.ticket().attempt ?? never()), agent: 'nobody' } });
    await turnedAway('no-agent');
    world.ask({ kind: 'cancel', reason: '' });
    await turnedAway('not-executing');
  });

  it.each(['park', 'hold', 'Park'])(
    'refuses an issue with a %s label whose webhook never came',
    async (label) => {
      world.labels.push('ticket', label);
      world.events.push(labelled(label));
      await turnedAway('stop-label');
      expect(world.requests).toEqual([]); // not even bound
    },
  );

  it('starts under a label that was carried out already, one taken off again, and one older than the ticket', async () => {
    world.labels.push('park');
    world.events.push(labelled('park', 118), labelled('hold', 119));
    world.events.push({ ...labelled('park', 17), at: '2020-01-01T00:00:00Z' });
    world.setTicket({ seen: { e118: new Date().toISOString() } });
    expect(await world.run(agent)).toMatchObject({ outcome: 'done' });
  });

  it('starts nothing when it was parked after it had bound', async () => {
    world.before = (request) => {
      if (request.kind !== 'bind') return;
      world.before = () => {};
      queueMicrotask(() => world.ask({ kind: 'park', reason: '' }));
    };
    await turnedAway('attempt-closed');
    // It was bound, so somebody has to say that nothing of it runs: the runner itself, since nothing ever did.
    expect(world.requests.map(({ kind }) => kind)).toEqual(['bind', 'stopped']);
    expect(world.ticket().attempts[0]?.stopped).not.toBeNull();
  });

  it('looks at the labels once more right before it starts the agent', async () => {
    world.before = (request) => {
      if (request.kind !== 'bind') return;
      world.labels.push('hold');
      world.events.push(labelled('hold'));
    };
    await turnedAway('stop-label');
    expect(world.ticket().state).toBe('in_progress'); // the app decides, once it sees the label
  });

  it('waits out a head that cannot be read for a moment', async () => {
    world.reads = 'fail';
    const run = world.run(agent);
    await until('a read that failed', () => world.failedReads > 0);
    world.reads = 'well';
    expect(await run).toMatchObject({ outcome: 'done' });
  });

  it('decides nothing on a head that was moved back', async () => {
    world.reads = 'moved back';
    await turnedAway('head-moved-back');
    expect(world.requests).toEqual([]);
  });

  it('binds again with the same key where the answer was lost', async () => {
    let lost = 0;
    world.after = (request) => {
      if (request.kind === 'bind' && lost++ === 0) throw new Error('the answer was lost');
    };
    expect(await world.run(agent)).toMatchObject({ outcome: 'done' });
    const keys = world.requests.flatMap((request) => (request.kind === 'bind' ? [request.key_sha256] : []));
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  it('gives up, and starts nothing, where the head stays unreadable', async () => {
    await world.close();
    world = await makeWorld({ unreadable_seconds: 0.2 });
    world.reads = 'fail';
    await expect(world.run(agent)).rejects.toThrow('cannot be read');
    expect(started()).toBe(false);
  });
});

function never(): never {
  throw new Error('cannot be');
}
