import { describe, expect, test } from 'vitest';
import { cookiesOf, peopled } from './world.ts';

describe('a cookie', () => {
  test('that was changed, borrowed or outlived is nobody', async () => {
    const world = await peopled();
    const visitor = await world.signIn('visitor');
    const [name = '', value = ''] = visitor.split('=');
    const [packed = '', signature = ''] = decodeURIComponent(value).split('.');
    const session = JSON.parse(Buffer.from(packed, 'base64url').toString());
    const repacked = Buffer.from(JSON.stringify({ ...session, login: 'lucienne', user: 1001 })).toString(
      'base64url',
    );
    const errand = cookiesOf(await world.visit('/login')).replace('signalbox-login', name);
    const forged = [
      `${name}=${encodeURIComponent(`${repacked}.${signature}`)}`,
      `${name}=${encodeURIComponent(`${packed}.${'A'.repeat(43)}=`)}`,
      `${name}=${encodeURIComponent(packed)}`,
      `${name}=%7B%22login%22%3A%22lucienne%22%7D`,
      errand,
    ];
    for (const cookie of forged) {
      const { text } = await world.visit('/acme/desk', { cookie });
      expect(text).toContain('Sign in');
      expect(text).not.toContain('Sign out');
    }
    const told = world.records.filter(({ message }) => message === 'a cookie was not ours');
    expect(told.length).toBeGreaterThanOrEqual(3);
    const whole = await world.visit('/acme/desk', { cookie: visitor });
    expect(whole.text).toContain('Sign out');
  });

  test('ends with its day, is no script’s, and crosses no site', async () => {
    let now = Date.parse('2026-05-25T09:00:00Z');
    const clock = { now: () => now, after: () => () => {} };
    const world = await peopled({ clock });
    const begun = await world.visit('/login');
    const cookie = await world.signIn('elmar');
    expect(begun.headers['set-cookie']?.[0]).toMatch(/; HttpOnly; SameSite=Lax$/);
    now += 11 * 3600_000;
    expect((await world.visit('/acme/desk', { cookie })).text).toContain('Sign out');
    now += 2 * 3600_000;
    expect((await world.visit('/acme/desk', { cookie })).text).not.toContain('Sign out');
  });

  test('is for https alone where the board is', async () => {
    const world = await peopled({ url: 'https://board.example' });
    const { headers } = await world.visit('/login', { headers: { host: 'upstream:3000' } });
    expect(headers['set-cookie']?.[0]).toMatch(
      /^__Host-signalbox-login=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(headers['strict-transport-security']).toBe('max-age=15552000');
  });
});

describe('a sign-in', () => {
  test('that this browser did not ask for is refused, and so is a code that comes twice', async () => {
    const world = await peopled();
    const begun = await world.visit('/login');
    const state = new URL(begun.headers.location ?? '').searchParams.get('state');
    const cookie = cookiesOf(begun);
    expect((await world.visit(`/login/callback?code=lucienne&state=${state}`)).status).toBe(400);
    expect((await world.visit('/login/callback?code=lucienne&state=other', { cookie })).status).toBe(400);
    const done = await world.visit(`/login/callback?code=lucienne&state=${state}`, { cookie });
    expect(done).toMatchObject({ status: 303, headers: { location: '/' } });
    expect(done.headers['set-cookie']?.join()).toMatch(/signalbox-login=;/);
  });

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/login',
  ])('leads nowhere but here: %s', async (to) => {
    const world = await peopled();
    const begun = await world.visit(`/login?to=${encodeURIComponent(to)}`);
    const state = new URL(begun.headers.location ?? '').searchParams.get('state');
    const back = await world.visit(`/login/callback?code=elmar&state=${state}`, { cookie: cookiesOf(begun) });
    expect(back.headers.location).toBe('/');
  });
});

test.each([
  '/assets/../package.json',
  '/assets/..%2fpackage.json',
  '/assets/%2e%2e/%2e%2e/etc/passwd',
  '/assets//etc/passwd',
  '/acme/desk/tickets/..%2f..%2fdesk.yaml',
  '/acme/desk/tickets/%2e%2e%2fdesk',
  '/acme/desk/tickets/MC-1/../../../../../etc/passwd',
  '/acme/desk/tickets/MC-1/accept%00',
  '/acme/desk/tickets/MC-1/constructor',
  '/acme/../../etc/passwd',
  '/acme/desk%2f..%2fother',
])('no path leads out of what is shown: %s', async (path) => {
  const world = await peopled();
  const cookie = await world.signIn('lucienne');
  const { status, text } = await world.visit(path, { cookie });
  expect(status).toBe(404);
  expect(text).not.toMatch(/root:|"dependencies"|serving_since/);
  expect(world.refusals).toEqual(['GET 404']);
});

test('a page of another site that reaches this machine by a name of its own sees nothing', async () => {
  const world = await peopled();
  const asOther = { headers: { host: 'evil.example' } };
  const seen = await world.visit('/acme/desk', asOther);
  expect(seen).toMatchObject({ status: 307, headers: { location: `${world.url}/acme/desk` }, text: '' });
  const form = { csrf: 'x' };
  expect((await world.visit('/logout', { form, ...asOther })).status).toBe(421);
});
