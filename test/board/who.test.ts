import { describe, expect, test, vi } from 'vitest';
import { peopled } from './world.ts';

test('a private repository is nothing to strangers, and to whoever has no right there', async () => {
  const world = await peopled();
  world.desk.forge.isPrivate = async () => true;
  const paths = [
    '/acme/desk',
    '/acme/desk/tickets/MC-1',
    '/acme/desk/tickets/MC-1/park',
    '/acme/desk/health',
    '/acme/desk/desk',
    '/acme/desk/events',
    '/acme/desk/tickets/MC-1/events',
  ];
  const nobody = { stranger: '', visitor: await world.signIn('visitor') };
  for (const [who, cookie] of Object.entries(nobody)) {
    for (const path of paths) {
      const [there, absent] = [
        await world.visit(path, { cookie }),
        await world.visit(path.replace('desk', 'none'), { cookie }),
      ];
      expect(there.status, `${who} ${path}`).toBe(404);
      // Not even whether it is there can be told.
      const plain = (text: string) => text.replaceAll('desk', 'none');
      expect(plain(there.text), `${who} ${path}`).toBe(plain(absent.text));
    }
    const home = await world.visit('/', { cookie });
    expect(home.text).not.toContain('acme');
  }
  const cookie = await world.signIn('elmar');
  expect((await world.visit('/', { cookie })).headers.location).toBe('/acme/desk');
  expect((await world.visit('/acme/desk', { cookie })).text).toContain('MC-1');
});

describe('who may do what', () => {
  test('elmar may park, and may not release; a visitor sees, and may do nothing', async () => {
    const world = await peopled();
    world.desk.forge.roles.visitor = 'read';
    const [elmar, visitor, wilma] = [
      await world.signIn('elmar'),
      await world.signIn('visitor'),
      await world.signIn('wilma'),
    ];
    const seen = await world.visit('/acme/desk/tickets/MC-1', { cookie: visitor });
    expect(seen.text).toContain('A ticket');
    // A form that was made for another act proves the session as well: the right is asked when it is sent.
    const ask = async (cookie: string, id: string, act: string) => {
      const form = await world.formOf(id, 'park', elmar);
      const own =
        /name="csrf" value="(\w+)"/.exec((await world.visit('/acme/desk', { cookie })).text)?.[1] ?? '';
      const { status, text } = await world.visit(`/acme/desk/tickets/${id}/${act}`, {
        cookie,
        form: { ...form, csrf: own },
      });
      return `${status} ${/<code class="code">([a-z-]+)</.exec(text)?.[1] ?? ''}`.trim();
    };
    expect(await ask(visitor, 'MC-1', 'park')).toBe('403 not-permitted');
    expect(await ask(visitor, 'MC-2', 'release')).toBe('403 not-permitted');
    expect(await ask(elmar, 'MC-2', 'release')).toBe('403 not-permitted');
    expect(await ask(elmar, 'MC-1', 'park')).toBe('303');
    expect(await ask(wilma, 'MC-2', 'release')).toBe('303');
    expect((await world.desk.ticket('MC-1'))?.waiting).toMatchObject({ kind: 'parked', by: 'elmar' });
    expect((await world.desk.ticket('MC-2'))?.released).toMatchObject({ by: 'wilma' });
  });

  test('who may triage says how urgent a ticket is, and nothing is stopped by it', async () => {
    const world = await peopled();
    const cookie = await world.signIn('elmar');
    expect((await world.act('MC-1', 'priority', cookie, 'urgent')).status).toBe(303);
    expect(await world.desk.ticket('MC-1')).toMatchObject({ state: 'in_progress', priority: 'urgent' });
    expect((await world.act('MC-1', 'priority', cookie, 'at once')).status).toBe(409);
  });

  test('a park whose condition cannot be read parks, and what comes after others waits for them', async () => {
    const world = await peopled();
    const cookie = await world.signIn('wilma');
    expect((await world.act('MC-1', 'park', cookie, 'until the day before yesterday')).status).toBe(303);
    expect((await world.desk.ticket('MC-1'))?.waiting).toMatchObject({
      kind: 'parked',
      reason: 'until the day before yesterday',
    });
    expect((await world.act('MC-2', 'after', cookie, 'MC-1')).status).toBe(303);
    expect((await world.desk.ticket('MC-2'))?.after).toEqual(['MC-1']);
    const { text } = await world.visit('/acme/desk/tickets/MC-2', { cookie });
    expect(text).toMatch(/Done before[\s\S]*?href="\/acme\/desk\/tickets\/MC-1"/);
  });

  test('the right is asked of GitHub for each act: one that was taken away is none', async () => {
    const world = await peopled();
    const cookie = await world.signIn('elmar');
    const form = await world.formOf('MC-1', 'park', cookie);
    world.desk.forge.roles.elmar = 'read';
    const permission = vi.spyOn(world.desk.forge, 'permission');
    const { status, text } = await world.visit('/acme/desk/tickets/MC-1/park', { cookie, form });
    expect(permission).toHaveBeenCalledWith('elmar', 1003, { fresh: true });
    expect(status).toBe(403);
    expect(text).toContain('not-permitted');
  });

  test('S10: what the rules refuse is shown with its code, and the words that were written are still there', async () => {
    const world = await peopled();
    const cookie = await world.signIn('wilma');
    const refused = async (id: string, act: string, words: string) => {
      const { status, text } = await world.act(id, act, cookie, words);
      const code = /role="alert"><code class="code">([a-z-]+)</.exec(text)?.[1];
      expect(text).toContain(words);
      return `${status} ${code}`;
    };
    expect(await refused('MC-2', 'reject', 'no tests')).toBe('409 no-row');
    expect(await refused('MC-1', 'after', 'MC-2')).toBe('409 running');
    expect(await refused('MC-2', 'after', 'the fair')).toBe('409 bad-command');
    expect(await refused('MC-1', 'answer', 'yes, do')).toBe('409 no-row');
  });
});
