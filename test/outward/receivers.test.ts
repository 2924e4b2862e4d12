import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readOutbound } from '../../src/cli/outbound.ts';
import type { Posted } from '../../src/outward/post.ts';
import { makeReceivers, type OutboundSettings } from '../../src/outward/receivers.ts';
import { readConfig } from '../../src/ticket/codec.ts';
import { type Config, config as configSchema } from '../../src/ticket/config.ts';
import { reasons } from '../../src/ticket/reasons.ts';
import { HandClock } from '../support/hand-clock.ts';

const secret = 'a secret that nobody guesses';
const never = new AbortController().signal;

function world(over: Partial<OutboundSettings> = {}, answer: number | Error = 200) {
  const sent: { by: string; posted: Posted }[] = [];
  const by = (name: string) => async (posted: Posted) => {
    sent.push({ by: name, posted });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const receivers = makeReceivers({
    settings: {
      receivers: {},
      mayBeInternal: false,
      secret: (name) => (name === 'AUDIT' ? secret : name === 'SHORT' ? 'short' : null),
      ...over,
    },
    repository: 'acme/desk',
    posts: { public: by('public'), any: by('any') },
    clock: new HandClock(),
  });
  return { receivers, sent };
}

const configOf = (webhooks: object): Config => configSchema.parse({ format: 1, webhooks });
const audit = { url: 'https://example.com/hook?token=t', secret: 'AUDIT' };
const delivery = { id: 'c0ffee.1', event: 'transition', body: '{"ü":1}' };

test('what is sent names its event and its delivery, and is signed over its very bytes', async () => {
  const { receivers, sent } = world();
  const [receiver] = receivers.of(configOf({ audit }));
  if (!receiver) throw new Error('there is none');
  expect(receiver).toMatchObject({ name: 'audit', host: 'example.com', fault: null });
  expect(await receivers.send(receiver, delivery, never)).toBeNull();
  const [{ by, posted } = {}] = sent as [{ by: string; posted: Posted }];
  expect(by).toBe('public');
  expect(posted).toMatchObject({ url: audit.url, body: delivery.body });
  expect(posted?.headers).toEqual({
    'Content-Type': 'application/json',
    'User-Agent': 'signalbox',
    'X-Signalbox-Event': 'transition',
    'X-Signalbox-Delivery': 'c0ffee.1',
    'X-Signalbox-Signature-256': `sha256=${createHmac('sha256', secret).update(Buffer.from(delivery.body)).digest('hex')}`,
  });
});

test.each([
  [200, null],
  [204, null],
  [302, 'it answered 302'],
  [500, 'it answered 500'],
  [new Error('connect ECONNREFUSED'), 'connect ECONNREFUSED'],
])('an answer of %s', async (answer, fault) => {
  const { receivers } = world({}, answer);
  const [receiver] = receivers.of(configOf({ audit }));
  expect(receiver && (await receivers.send(receiver, delivery, never))).toBe(fault);
});

test('a receiver stays the same one as long as nothing of it changes', () => {
  const { receivers } = world();
  const [first] = receivers.of(configOf({ audit }));
  expect(receivers.of(configOf({ audit }))[0]).toBe(first);
  expect(receivers.of(configOf({ audit: { ...audit, url: 'https://example.org/' } }))[0]).not.toBe(first);
});

describe('who cannot be told, and why', () => {
  test.each([
    [{ ...audit, secret: 'OTHER' }, 'OUTBOUND_SECRET_OTHER is not set where the app runs'],
    [{ ...audit, secret: 'SHORT' }, 'OUTBOUND_SECRET_SHORT is shorter than 16 characters'],
    [{ ...audit, url: 'http://example.com/' }, 'its address is no https'],
  ])('%o', (one, fault) => {
    expect(world().receivers.of(configOf({ audit: one }))).toMatchObject([{ name: 'audit', fault }]);
  });

  test('a config takes no name of whoever runs the app', () => {
    const own = { audit: { ...audit, internal: true } };
    const { receivers } = world({ receivers: own });
    expect(receivers.of(configOf({ audit: { ...audit, url: 'https://evil.example/' } }))).toMatchObject([
      { name: 'audit', host: 'example.com', fault: null },
      { name: 'audit of the config', fault: 'whoever runs the app has a receiver of this name' },
    ]);
  });
});

describe('a secret that whoever runs the app uses for some repositories', () => {
  const own = (...all: (string[] | undefined)[]) =>
    Object.fromEntries(
      all.map((repositories, index) => [
        `own${index}`,
        { ...audit, internal: false, ...(repositories ? { repositories } : {}) },
      ]),
    );
  const theirs = (receivers: OutboundSettings['receivers']) =>
    world({ receivers })
      .receivers.of(configOf({ mine: audit }))
      .find(({ name }) => name === 'mine')?.fault;

  test('is named by no config of others: they would sign as one of them', () => {
    expect(theirs(own(['other/*']))).toBe(`secret-not-yours: ${reasons['secret-not-yours']}`);
  });

  test.each([
    ['theirs', own(['other/*', 'Acme/*'])],
    ['theirs by another receiver', own(['other/*'], ['acme/desk'])],
    ['everybody’s', own(['other/*'], undefined)],
    ['of nobody in particular', {}],
  ])('may be named where it is %s', (_, receivers) => {
    expect(theirs(receivers)).toBeNull();
  });
});

test('what may be internal goes the other way: by the word of whoever runs the app alone', async () => {
  const own = {
    one: { url: 'http://10.0.0.1/', secret: 'AUDIT', internal: true },
    two: { url: 'https://example.com/', secret: 'AUDIT', internal: false, repositories: ['acme/*'] },
    three: { url: 'https://example.com/', secret: 'AUDIT', internal: false, repositories: ['other/desk'] },
  };
  const { receivers, sent } = world({ receivers: own });
  const all = receivers.of(configOf({}));
  expect(all.map(({ name }) => name)).toEqual(['one', 'two']);
  for (const one of all) await receivers.send(one, delivery, never);
  expect(sent.map(({ by }) => by)).toEqual(['any', 'public']);
  const loose = world({ mayBeInternal: true });
  const [inside] = loose.receivers.of(configOf({ audit: { ...audit, url: 'http://10.0.0.1/' } }));
  if (inside) await loose.receivers.send(inside, delivery, never);
  expect(loose.sent.map(({ by }) => by)).toEqual(['any']);
});

describe('set where the app runs', () => {
  test('by variables', () => {
    const settings = readOutbound({
      OUTBOUND_WEBHOOKS: '{"audit":{"url":"https://example.com/hook","secret":"AUDIT"}}',
      OUTBOUND_SECRET_AUDIT: secret,
    });
    expect(settings.receivers).toEqual({
      audit: { url: 'https://example.com/hook', secret: 'AUDIT', internal: false },
    });
    expect([settings.secret('AUDIT'), settings.secret('B'), settings.mayBeInternal]).toEqual([
      secret,
      null,
      false,
    ]);
    expect(readOutbound({ OUTBOUND_INTERNAL: 'true' })).toMatchObject({ receivers: {}, mayBeInternal: true });
  });

  test.each([
    ['{', 'no JSON'],
    ['{"audit":{"url":"ftp://x","secret":"AUDIT"}}', 'audit.url'],
    ['{"audit":{"url":"https://a:b@example.com","secret":"AUDIT"}}', 'without a login'],
    ['{"audit":{"url":"https://example.com","secret":"audit"}}', 'audit.secret'],
    ['{"../x":{"url":"https://example.com","secret":"AUDIT"}}', 'OUTBOUND_WEBHOOKS'],
  ])('%s is refused, naming what is wrong', (text, words) => {
    expect(() => readOutbound({ OUTBOUND_WEBHOOKS: text })).toThrow(words);
  });
});

test('a config with a bad receiver is refused, naming the line', () => {
  const text = 'format: 1\nwebhooks:\n  audit:\n    url: nowhere\n    secret: AUDIT\n';
  expect(readConfig(text).broken).toMatchObject({
    code: 'bad-field',
    message: expect.stringMatching(/webhooks\.audit\.url: .*\(line 4\)/),
  });
});
