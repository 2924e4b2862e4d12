import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/base/random.ts';
import { ticketIn } from '../ticket/fixtures.ts';
import { BoardWorld, peopled } from './world.ts';

/** Text that would run as script wherever it is put unescaped: between tags, in an attribute, in an address. */
const evil = `"'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}`;

/** Tags that none of our pages has: with attributes that run, or addresses that are neither ours nor of the web. */
function strangeTags(html: string): string[] {
  const tags = html.match(/<[a-z!][^>]*>/gi) ?? [];
  const own = [
    '<script src="/assets/board.js" defer="">',
    '<img src="/assets/icon.svg" alt="" width="20" height="20"/>',
  ];
  return tags.filter((tag) => {
    const runs = /^<(script|img|iframe|object|embed|svg|base)/i.test(tag) && !own.includes(tag);
    const names = [...tag.replace(/="[^"]*"/g, '=""').matchAll(/\s([a-z-]+)=/gi)].map(
      ([, name = '']) => name,
    );
    const addresses = [...tag.matchAll(/\s(?:href|src|action)="([^"]*)"/gi)].map(
      ([, address = '']) => address,
    );
    return (
      runs ||
      names.some((name) => /^(on.*|style|srcdoc|formaction)$/i.test(name)) ||
      addresses.some((address) => !/^(\/(?!\/)|#|https:\/\/github\.example\/)/.test(address))
    );
  });
}

describe('text of others', () => {
  test('runs nowhere: titles, bodies, logs, branch names, logins, reasons, words of agents', async () => {
    const world = await BoardWorld.start();
    const { desk } = world;
    const address = 'javascript:alert(3)';
    const run = { id: 990, run_attempt: 1, key_sha256: sha256('k'), url: address, started: desk.now };
    const spoken = {
      evidence: [{ command: evil, exit: 1, output: evil }],
      artifacts: [evil, address],
      next_actions: [evil],
    };
    const closed = {
      number: 1,
      claim: evil,
      phase: 'dev',
      agent: evil,
      run,
      outcome: 'failed' as const,
      by: evil,
      reason: evil,
      signal: null,
      said: spoken,
      started: desk.now,
      ended: desk.now,
      stopped: desk.now,
    };
    const waiting = {
      kind: 'question' as const,
      question: evil,
      options: [evil],
      reason: evil,
      by: evil,
      since: desk.now,
    };
    const messages = [{ id: evil, by: evil, at: desk.now, text: evil }];
    const issue = desk.forge.open(evil, { title: evil, body: evil, labels: [] });
    desk.forge.say(issue, evil, evil);
    await desk.put(
      ticketIn('waiting', {
        id: 'MC-1',
        issue,
        title: evil,
        body: evil,
        owner: evil,
        waiting,
        messages,
        attempts: [closed],
        phases: ['dev', evil],
      }),
      ticketIn('blocked', {
        id: 'MC-2',
        blocked: { code: evil, reason: evil, since: desk.now },
        released: { by: evil, at: desk.now },
      }),
      ticketIn('in_progress', {
        id: 'MC-3',
        attempt: {
          number: 1,
          claim: 'c',
          phase: evil,
          agent: evil,
          claimed: desk.now,
          check_in_by: desk.now,
          run,
        },
      }),
    );
    await desk.pushText('wilma', 'tickets/MC-4.yaml', `title: ${evil}\nstate: [`);
    desk.configBroken = evil;
    desk.forge.runLog = async () => `${evil}\n\u001b[31m${evil}`;
    desk.forge.runSteps = async () => [{ name: evil, status: evil }];
    const cookie = await world.signIn('lucienne');
    const about = encodeURIComponent(evil);
    const paths = [
      '/acme/desk',
      `/acme/desk?q=${about}&owner=${about}&priority=${about}`,
      ...['MC-1', 'MC-2', 'MC-3', 'MC-4'].map((id) => `/acme/desk/tickets/${id}`),
      '/acme/desk/tickets/MC-3/park',
      '/acme/desk/health',
      `/login/callback?error=${about}`,
      `/${about}/desk`,
    ];
    for (const path of paths) {
      const { text, headers } = await world.visit(path, { cookie });
      expect(strangeTags(text), path).toEqual([]);
      expect(headers['content-security-policy'], path).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
    }
    // All of it was there to be read.
    const { text } = await world.visit('/acme/desk/tickets/MC-1', { cookie });
    expect(text.match(/&lt;img src=x/g)?.length).toBeGreaterThan(10);
  });

  test('does not run where it comes by an event either', async () => {
    const world = await peopled();
    const html = await world.untilChange('MC-9', async () => {
      await world.desk.push('wilma', ticketIn('inbox', { id: 'MC-9', title: evil, owner: evil }));
    });
    expect(html).toContain('MC-9');
    expect(html).toContain('&lt;img');
    expect(html).not.toMatch(/<img|<script/);
  });
});

describe('a form', () => {
  test('without the proof of its own session changes nothing, and is logged', async () => {
    const world = await peopled();
    const [wilma, lucienne] = [await world.signIn('wilma'), await world.signIn('lucienne')];
    const path = '/acme/desk/tickets/MC-1/cancel';
    const form = await world.formOf('MC-1', 'cancel', wilma);
    const { csrf: _, ...bare } = form;
    const tries = {
      stranger: await world.visit(path, { form }),
      'no proof': await world.visit(path, { cookie: wilma, form: bare }),
      'another proof': await world.visit(path, { cookie: wilma, form: { ...form, csrf: '0'.repeat(64) } }),
      "another's proof": await world.visit(path, { cookie: lucienne, form }),
      'another site': await world.visit(path, {
        cookie: wilma,
        form,
        headers: { origin: 'https://evil.example' },
      }),
      'no origin': await world.visit(path, { cookie: wilma, body: new URLSearchParams(form).toString() }),
      'as text': await world.visit(path, {
        cookie: wilma,
        body: new URLSearchParams(form).toString(),
        headers: { 'content-type': 'text/plain', origin: 'https://evil.example' },
      }),
    };
    const statuses = Object.entries(tries).map(([name, { status }]) => `${name}: ${status}`);
    expect(statuses).toEqual([
      'stranger: 401',
      'no proof: 403',
      'another proof: 403',
      "another's proof: 403",
      'another site: 403',
      'no origin: 403',
      'as text: 403',
    ]);
    expect(world.refusals).toEqual(['POST 401', ...Array.from({ length: 6 }, () => 'POST 403')]);
    expect((await world.desk.ticket('MC-1'))?.state).toBe('in_progress');
    // The same with its proof is done.
    expect((await world.visit(path, { cookie: wilma, form })).status).toBe(303);
    expect((await world.desk.ticket('MC-1'))?.state).toBe('cancelled');
  });

  test('of ten megabytes is refused before it is read', async () => {
    const world = await peopled();
    const cookie = await world.signIn('wilma');
    const form = await world.formOf('MC-1', 'park', cookie);
    const words = 'x'.repeat(10 * 1024 * 1024);
    const answer = await world.visit('/acme/desk/tickets/MC-1/park', { cookie, form: { ...form, words } });
    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(world.refusals).toEqual(['POST 413']);
    expect((await world.desk.ticket('MC-1'))?.state).toBe('in_progress');
  });

  test('that does not say how long it is is not read', async () => {
    const world = await peopled();
    const bare = await fetch(`${world.url}/login/callback`, { method: 'POST' });
    const endless = new ReadableStream({ pull: (out) => out.enqueue(new Uint8Array(1_000)) });
    const streamed = await fetch(`${world.url}/acme/desk/tickets/MC-1/park`, {
      method: 'POST',
      body: endless,
      duplex: 'half',
    } as RequestInit);
    expect([bare.status, streamed.status]).toEqual([403, 411]);
  });

  test('pressed twice is one act, and a name for it is not chosen by hand', async () => {
    const world = await peopled();
    const cookie = await world.signIn('elmar');
    const made = await world.formOf('MC-1', 'park', cookie);
    const form = { ...made, words: 'not now' };
    const path = '/acme/desk/tickets/MC-1/park';
    const answers = await Promise.all([1, 2, 3].map(() => world.visit(path, { cookie, form })));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    const parks = (await world.desk.history('MC-1')).filter(({ transition }) =>
      transition.startsWith('park'),
    );
    expect(parks).toMatchObject([
      { transition: 'park: in_progress -> waiting', actor: 'elmar', cause: made.source },
    ]);
    // Another's future comment could be made "carried out already" by its id.
    expect((await world.visit(path, { cookie, form: { ...form, source: 'c7' } })).status).toBe(400);
  });
});
