import { isoSeconds, systemClock } from '../src/base/clock.ts';
import { type Bench, counter, type Measurement } from './bench.ts';
import { deliverComment, openApp, openNaiveDoor } from './door.ts';
import { openId, stateRef } from './fixture.ts';
import { InstantForge } from './forge.ts';
import { compare, type Row, timed } from './measure.ts';
import { openNaive } from './naive.ts';
import { openOurs } from './ours.ts';

/**
 * A burst of signed webhooks, each a comment with a command, from the first sent until the last is durable: through the
 * app's own door, against a commit and a push each. The naive side is measured on fewer of them.
 */
export const webhooks: Measurement = { name: 'webhooks', run };

const commands = ['/park for now', '/release', '/hold'];

async function run({ fixtures, rounds, quick, say }: Bench): Promise<Row[]> {
  const tickets = quick ? 20 : 200;
  const [count, naively] = quick ? [60, 5] : [1_000, 50];
  const age = { archived: quick ? 500 : 10_000, open: tickets };
  const what = `${count} webhooks over ${tickets} tickets until durable, against a commit and push each (${naively} of them)`;
  say(`${what}: opening`);
  const naive = await openNaive(fixtures.place('tree'), await fixtures.remote(age));
  const naiveDoor = await openNaiveDoor(naive);
  const next = counter(tickets);

  const throughTheApp = async () => {
    const remote = await fixtures.remote(age);
    const forge = new InstantForge();
    const app = await openApp(fixtures.place('mirror'), remote, forge);
    say('the burst');
    const sources = new Map<string, number>();
    const send = () => {
      const issue = next();
      const comment = forge.write(issue, commands[sources.size % commands.length] ?? '');
      sources.set(`c${comment.id}`, issue);
      return deliverComment(app.url, { issue, comment: { ...comment, created_at: comment.at } });
    };
    const ms = await timed(count, () => Promise.all(Array.from({ length: count }, send)));
    say(`took ${(ms * count).toFixed(0)} ms`);
    await app.close();
    await checkDurable(remote, sources, fixtures.place('mirror'));
    return ms;
  };
  const oneByOne = () => {
    const send = () => {
      const at = isoSeconds(systemClock.now());
      return deliverComment(naiveDoor.url, {
        issue: next(),
        comment: { id: 1, body: '/park', created_at: at },
      });
    };
    return timed(naively, () => Promise.all(Array.from({ length: naively }, send)));
  };
  const row = await compare(
    { measurement: what, target: { atLeast: 50 } },
    [
      { name: 'Signalbox', run: throughTheApp },
      { name: 'simple-git', run: oneByOne },
    ],
    { rounds, warmUp: quick ? 0 : 1 },
  );
  await naiveDoor.close();
  return [row];
}

/** Every comment must be recorded in its ticket at the remote's head: what was fast must have been done, too. */
async function checkDurable(
  remote: string,
  sources: ReadonlyMap<string, number>,
  folder: string,
): Promise<void> {
  const { store, close } = await openOurs(folder, remote);
  const { tickets } = await store.read();
  for (const [source, issue] of sources) {
    const seen = tickets.get(openId(issue))?.ticket?.seen ?? {};
    if (!(source in seen))
      throw new Error(`${source} on ${openId(issue)} was answered, and is not at ${stateRef}`);
  }
  await close();
}
