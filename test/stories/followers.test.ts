import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { type Happening, happening } from '../../src/ticket/journal.ts';
import { toldRefs } from '../../src/ticket/paths.ts';
import { sendWebhooksTo, startAppProcess } from '../support/app-processes.ts';
import { repository } from '../support/repository.ts';
import { World, type WorldOptions } from '../support/world.ts';

/*
 * Other systems follow a desk by outbound webhooks: real HTTP servers, which are down for a while, slow, or answer with
 * errors. Each transition arrives at least once, of each ticket in order, and signed.
 */

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const secret = 'a secret that nobody guesses';

/** A system that follows, as a real HTTP server. */
class Follower {
  /** What it took, as it came. */
  readonly taken: Happening[] = [];
  readonly ids: string[] = [];
  turnedAway = 0;
  /** What it does with the next delivery: the status that it answers, and after how many milliseconds. */
  mood: () => { status: number; afterMs?: number } = () => ({ status: 200 });
  port = 0;
  #server: Server | null = null;

  async start(): Promise<this> {
    const server = createServer(async (request, response) => {
      const body = await buffer(request);
      const expected = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
      const shown = String(request.headers['x-signalbox-signature-256']);
      const isOurs =
        shown.length === expected.length && timingSafeEqual(Buffer.from(shown), Buffer.from(expected));
      const { status, afterMs = 0 } = isOurs ? this.mood() : { status: 401 };
      if (status === 200) {
        const told = happening.parse(JSON.parse(body.toString('utf8')));
        expect(request.headers['x-signalbox-delivery']).toBe(told.id);
        expect(request.headers['x-signalbox-event']).toBe('transition');
        this.taken.push(told);
        this.ids.push(told.id);
      } else this.turnedAway++;
      setTimeout(() => response.writeHead(status).end(), afterMs);
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.close();
    server?.closeAllConnections();
    if (server?.listening) await once(server, 'close');
  }

  /** Transitions of a ticket in the order in which each came first. */
  of(ticket: string): string[] {
    const first = new Map(this.taken.filter((one) => one.ticket === ticket).map((one) => [one.id, one]));
    const order = [...new Set(this.ids)].flatMap((id) => first.get(id) ?? []);
    return order.map(({ transition }) => transition);
  }
}

const followers: Follower[] = [];
afterEach(async () => {
  await Promise.all(followers.splice(0).map((one) => one.stop()));
});

async function follower(): Promise<Follower> {
  const one = await new Follower().start();
  followers.push(one);
  return one;
}

const receiverOf = ({ port }: Follower) => ({
  url: `http://127.0.0.1:${port}/hook`,
  secret: 'AUDIT',
  internal: true,
});

async function world(receivers: Record<string, Follower>, options: WorldOptions = {}): Promise<World> {
  const outbound = {
    receivers: Object.fromEntries(Object.entries(receivers).map(([name, one]) => [name, receiverOf(one)])),
    mayBeInternal: false,
    secret: (name: string) => (name === 'AUDIT' ? secret : null),
  };
  const desk = await World.start({ outbound, ...options });
  onTestFinished(() => desk.end());
  return desk;
}

/** Every transition of a ticket that git has, oldest first. */
const all = (desk: World, id: string) => desk.history(id).map(({ transition }) => transition);

test('down for a while, answering with errors, and slow: everything comes, in order, and nobody waits for another', async () => {
  const [sound, broken, slow] = [await follower(), await follower(), await follower()];
  const desk = await world({ sound, broken, slow });
  // Told is what comes after each was seen first.
  await desk.until('they are followed', async () =>
    ['sound', 'broken', 'slow'].every((name) => desk.ref(`${toldRefs}${name}`) !== null),
  );
  slow.mood = () => ({ status: 200, afterMs: 400 });
  let answers = 0;
  broken.mood = () => ({ status: ++answers % 3 === 0 ? 200 : ([500, 302][answers % 2] ?? 500) });
  await sound.stop();
  const issues = await Promise.all(
    [1, 2].map((number) =>
      desk.openIssue({ title: `${number}`, body: 'do: finish', labels: ['ticket', 'release'] }),
    ),
  );
  const ids = issues.map((issue) => `MC-${issue}`);
  for (const id of ids) await desk.untilState(id, 'done'); // nothing on the desk waits for those who follow
  await sound.start();
  for (const one of [sound, broken, slow])
    for (const id of ids)
      await desk.until(`${id} is told whole`, () => one.of(id).length >= all(desk, id).length);
  for (const one of [sound, broken, slow]) for (const id of ids) expect(one.of(id)).toEqual(all(desk, id));
  expect(broken.turnedAway).toBeGreaterThan(3);
  const told = sound.taken.find(({ transition }) => transition.startsWith('claim'));
  expect(told).toMatchObject({
    repository,
    branch: 'signalbox',
    request: 'claim',
    from: 'todo',
    to: 'in_progress',
  });
});

test('S7: the app is killed in between; the next tells the rest, and what it tells again has the same name', async () => {
  const one = await follower();
  const desk = await world({}, { noApp: true });
  const environment = {
    OUTBOUND_WEBHOOKS: JSON.stringify({ audit: receiverOf(one) }),
    OUTBOUND_SECRET_AUDIT: secret,
  };
  const start = (name: string) => startAppProcess(desk, name, undefined, environment);
  const first = await start('first');
  sendWebhooksTo(desk, first.url);
  await desk.until('it is followed', () => desk.ref(`${toldRefs}audit`) !== null);
  const issue = await desk.openIssue({ body: 'do: wait', labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  await desk.until('something was told', () => one.of(id).length > 0);
  one.mood = () => ({ status: 503 });
  await desk.untilState(id, 'in_progress');
  await first.kill();
  const second = await start('second');
  onTestFinished(() => second.end());
  sendWebhooksTo(desk, second.url);
  await desk.label(issue, 'park');
  await desk.untilState(id, 'waiting');
  one.mood = () => ({ status: 200 });
  await desk.until('the park is told', () => one.of(id).some((what) => what.startsWith('park')));
  await desk.until('everything is told', () => one.of(id).length >= all(desk, id).length);
  expect(one.of(id)).toEqual(all(desk, id));
  const names = new Map<string, string>();
  for (const told of one.taken) {
    expect(names.get(told.id) ?? JSON.stringify(told)).toBe(JSON.stringify(told));
    names.set(told.id, JSON.stringify(told));
  }
});
