import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { isPublic } from '../../src/outward/address.ts';
import { makePost, makePublicPost, type Resolve } from '../../src/outward/post.ts';
import { HandClock } from '../support/hand-clock.ts';

/*
 * A repository's config must not make the app call what only the app can reach.
 */

const never = () => new AbortController().signal;
const clock = new HandClock();
const posted = (url: string, signal = never()) => ({
  url,
  headers: { 'X-Test': 'yes' },
  body: '{"ü":1}',
  signal,
});

async function listening(listener: RequestListener): Promise<string> {
  const server = createHttp(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('addresses that are everybody’s to call', () => {
  test.each(['1.1.1.1', '140.82.121.3', '2606:4700:4700::1111'])('%s', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  test.each([
    ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.9.9.9', '169.254.169.254', '172.16.0.1'],
    ...['172.31.255.255', '192.0.0.192', '192.168.1.1', '198.18.0.1', '203.0.113.5', '224.0.0.1'],
    ...['255.255.255.255', '::', '::1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '64:ff9b::a00:1', 'fe80::1'],
    ...['fd00:ec2::254', 'fc00::1', 'ff02::1', '2001:db8::1', '2002:a00:1::', '2001::1', '', 'localhost'],
  ])('not %s', (address) => {
    expect(isPublic(address)).toBe(false);
  });
});

describe('a receiver of a config', () => {
  /** A port of this machine, and how often somebody connected to it. */
  async function trap(): Promise<{ port: number; count(): number }> {
    let count = 0;
    const server = createTcp((socket) => {
      count++;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    return { port: (server.address() as AddressInfo).port, count: () => count };
  }
  const resolving = (...answers: string[][]): Resolve =>
    ((_name: string, _options: object, answer: (error: null, found: object[]) => void) => {
      const found = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
      answer(
        null,
        found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    }) as never;

  test.each([
    'https://127.0.0.1',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://2130706433',
    'https://0x7f.1',
    'https://127.1',
  ])('is not called at %s', async (address) => {
    const { port, count } = await trap();
    await expect(makePublicPost(clock)(posted(`${address}:${port}/`))).rejects.toThrow(
      'its address is not public',
    );
    expect(count()).toBe(0);
  });

  test('is not called by http', async () => {
    await expect(makePublicPost(clock)(posted('http://1.1.1.1/'))).rejects.toThrow('only https');
  });

  test('is not called where one of its addresses is not public, nor where it has none', async () => {
    const { port, count } = await trap();
    for (const found of [['127.0.0.1'], ['1.1.1.1', '127.0.0.1'], ['::1'], []]) {
      const post = makePublicPost(clock, resolving(found));
      await expect(post(posted(`https://example.com:${port}/`))).rejects.toThrow('its address is not public');
    }
    expect(count()).toBe(0);
  });

  test('a name is looked at each time that it is connected to, and asked once for each', async () => {
    const { port, count } = await trap();
    const ended = AbortSignal.abort();
    const post = makePublicPost(clock, resolving(['192.0.2.1'], ['127.0.0.1']));
    await expect(post(posted(`https://example.com:${port}/`, ended))).rejects.toThrow();
    await expect(post(posted(`https://example.com:${port}/`))).rejects.toThrow('its address is not public');
    await expect(post(posted(`https://example.com:${port}/`))).rejects.toThrow('its address is not public');
    expect(count()).toBe(0);
  });
});

describe('a receiver of whoever runs the app', () => {
  test('is sent the very bytes, and answers a status', async () => {
    const seen: [string | undefined, string][] = [];
    const url = await listening(async (request, response) => {
      seen.push([String(request.headers['x-test']), (await request.toArray()).join('')]);
      response.writeHead(202).end('taken');
    });
    expect(await makePost(clock)(posted(`${url}/hook?x=1`))).toBe(202);
    expect(seen).toEqual([['yes', '{"ü":1}']]);
  });

  test('is not followed where it sends somewhere else', async () => {
    let count = 0;
    const other = await listening((_request, response) => {
      count++;
      response.end();
    });
    const url = await listening(
      (_request, response) => void response.writeHead(307, { location: other }).end(),
    );
    expect(await makePost(clock)(posted(url))).toBe(307);
    expect(count).toBe(0);
  });

  test('is not listened to for ever', async () => {
    const url = await listening((_request, response) => {
      response.writeHead(200);
      const more = () =>
        void (response.write('x'.repeat(16_384)) ? setImmediate(more) : response.once('drain', more));
      more();
    });
    expect(await makePost(clock)(posted(url))).toBe(200);
  });

  test('may be called off', async () => {
    const url = await listening(() => {});
    const end = new AbortController();
    const asked = makePost(clock)(posted(url, end.signal));
    end.abort();
    await expect(asked).rejects.toThrow();
  });

  test('is let go a second after its answer where that does not end, so that others are not kept from it', async () => {
    let held = 0;
    const url = await listening((request, response) => {
      held++;
      request.socket.once('close', () => held--);
      response.writeHead(200).write('and');
    });
    const post = makePost(clock);
    for (let n = 0; n < 8; n++) expect(await post(posted(url))).toBe(200);
    expect(held).toBe(8); // as many as are open at the same time
    const ninth = post(posted(url));
    await clock.until(clock.now() + 1_000);
    expect(await ninth).toBe(200);
    await clock.until(clock.now() + 1_000);
    await vi.waitFor(() => expect(held).toBe(0));
  });

  test('keeps its connection where its answer ends', async () => {
    const clock = new HandClock();
    const from = new Set<number | undefined>();
    const url = await listening((request, response) => {
      from.add(request.socket.remotePort);
      // A connection is free once both are over: an answer before the request was read through would leave that open.
      request.resume().on('end', () => response.end('taken'));
    });
    const post = makePost(clock);
    for (let n = 0; n < 3; n++) {
      expect(await post(posted(url))).toBe(200);
      await vi.waitFor(() => expect(clock.next).toBeNull());
      await clock.until(clock.now() + 1_000);
    }
    expect(from.size).toBe(1);
  });

  test('may be called off while it waits for a connection', async () => {
    const url = await listening(() => {});
    const post = makePost(clock);
    const end = new AbortController();
    const eight = Array.from({ length: 8 }, () => post(posted(url, AbortSignal.any([end.signal]))));
    const alone = new AbortController();
    const ninth = post(posted(url, alone.signal));
    alone.abort();
    await expect(ninth).rejects.toThrow();
    end.abort();
    expect((await Promise.allSettled(eight)).map(({ status }) => status)).toEqual(
      eight.map(() => 'rejected'),
    );
  });
});
