import { describe, expect, test } from 'vitest';
import { type BoardWorld, peopled } from './world.ts';

/*
 * What people do to a desk as a whole on the board: its switches, and new tickets.
 */

const path = '/acme/desk/desk';

/** The hidden fields of a form of the page, as somebody has it. */
async function formOf(world: BoardWorld, act: string, cookie: string): Promise<Record<string, string>> {
  const { text } = await world.visit(path, { cookie });
  const form = text.slice(text.indexOf(`action="${path}/${act}"`)).split('</form>')[0] ?? '';
  const fields = form.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g);
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value]));
}

async function ask(world: BoardWorld, act: string, cookie: string, words: Record<string, string> = {}) {
  const form = { ...(await formOf(world, act, cookie)), ...words };
  return { form, answer: await world.visit(`${path}/${act}`, { cookie, form }) };
}

const codeIn = (text: string) => /role="alert"><code class="code">([a-z-]+)</.exec(text)?.[1] ?? '';
const deskOf = async (world: BoardWorld) => (await world.desk.operator.panel.look()).view.desk;

describe('the switches', () => {
  test('wilma pauses, drains and resumes the desk, or one agent with a reason, and the page shows it', async () => {
    const world = await peopled();
    const cookie = await world.signIn('wilma');
    expect((await ask(world, 'pause', cookie, { reason: 'luci is tired' })).answer.status).toBe(303);
    expect(await deskOf(world)).toMatchObject({ paused: true, draining: false, by: 'wilma', profiles: {} });
    expect((await world.visit(path, { cookie })).text).toContain('The desk is paused, nothing starts');
    world.desk.later();
    expect((await ask(world, 'resume', cookie)).answer.status).toBe(303);
    expect((await deskOf(world)).paused).toBe(false);
    world.desk.later();
    await ask(world, 'drain', cookie, { profile: 'luci', reason: 'a new model' });
    expect((await deskOf(world)).profiles.luci).toMatchObject({
      reason: 'a new model',
      by: 'wilma',
      draining: true,
    });
    const nobody = await ask(world, 'pause', cookie, { profile: 'nobody' });
    expect([nobody.answer.status, codeIn(nobody.answer.text)]).toEqual([409, 'no-such-agent']);
  });

  test('pressed twice it is thrown once, and who may not write throws none', async () => {
    const world = await peopled();
    const [wilma, elmar] = [await world.signIn('wilma'), await world.signIn('elmar')];
    const { form } = await ask(world, 'pause', wilma);
    world.desk.later();
    await ask(world, 'resume', wilma);
    expect((await world.visit(`${path}/pause`, { cookie: wilma, form })).status).toBe(303);
    expect((await deskOf(world)).paused).toBe(false);
    expect((await world.visit(path, { cookie: elmar })).text).not.toContain(`action="${path}/pause"`);
    const csrf = (await formOf(world, 'new', elmar)).csrf ?? '';
    const forced = await world.visit(`${path}/pause`, {
      cookie: elmar,
      form: { csrf, source: `b${'a'.repeat(24)}` },
    });
    expect([forced.status, codeIn(forced.text)]).toEqual([403, 'not-permitted']);
  });
});

describe('a new ticket', () => {
  const made = async (world: BoardWorld, location = '') =>
    world.desk.ticket(location.split('/').at(-1) ?? '');

  test('lies in the inbox, with what was written, once however often it was sent', async () => {
    const world = await peopled();
    const cookie = await world.signIn('elmar');
    const words = { title: 'Mend <b>it</b>', body: 'All\r\nof it.', owner: 'luci', priority: 'high' };
    const { answer, form } = await ask(world, 'new', cookie, words);
    const { location } = answer.headers;
    expect([answer.status, location]).toEqual([
      303,
      expect.stringMatching(/^\/acme\/desk\/tickets\/MC-t[0-9a-f]{8}$/),
    ]);
    expect(await made(world, location)).toMatchObject({
      state: 'inbox',
      title: 'Mend <b>it</b>',
      body: 'All\nof it.',
      owner: 'luci',
      priority: 'high',
    });
    expect((await world.visit(`${path}/new`, { cookie, form })).headers.location).toBe(location);
    expect((await world.visit(location ?? '', { cookie })).text).toContain('Mend &lt;b&gt;it&lt;/b&gt;');
  });

  test('S1: told to wait it is waiting in its first commit', async () => {
    const world = await peopled();
    const cookie = await world.signIn('elmar');
    const born = async (wait: string) =>
      made(world, (await ask(world, 'new', cookie, { title: 'T', wait })).answer.headers.location);
    const parked = await born('when luci is idle'); // nobody who may release it said so
    expect(parked).toMatchObject({ waiting: { kind: 'parked', by: 'elmar' } });
    expect(await born('not yet')).toMatchObject({ waiting: { kind: 'parked', reason: 'not yet' } });
    const elsewhere = { title: 'T', mirror: 'yes' };
    const { location } = (await ask(world, 'new', cookie, elsewhere)).answer.headers;
    expect(await made(world, location)).toMatchObject({ mirror: true });
  });

  test('S10: what cannot be is said with its code, and nothing that was written is lost', async () => {
    const world = await peopled();
    const cookie = await world.signIn('elmar');
    const { answer } = await ask(world, 'new', cookie, {
      title: 'Kept "words"',
      wait: 'until the cows come home',
    });
    expect([answer.status, codeIn(answer.text)]).toEqual([409, 'bad-condition']);
    expect(answer.text).toContain('value="Kept &quot;words&quot;"');
    expect((await ask(world, 'new', cookie, { title: ' ' })).answer.status).toBe(409);
    const visitor = await world.signIn('visitor');
    world.desk.forge.roles.visitor = 'read';
    expect((await world.visit(path, { cookie: visitor })).text).not.toContain(`action="${path}/new"`);
  });
});

test('without a session there is nothing to send, and no form of another act', async () => {
  const world = await peopled();
  const { text } = await world.visit(path);
  expect(text).toContain('/login?to=%2Facme%2Fdesk%2Fdesk');
  expect(text).not.toContain('<form method="post" action="/acme');
  expect((await world.visit(`${path}/pause`, { form: {} })).status).toBe(401);
  const cookie = await world.signIn('wilma');
  const form = await formOf(world, 'pause', cookie);
  expect((await world.visit(`${path}/sudo`, { cookie, form })).status).toBe(404);
  expect((await world.visit(`${path}/pause`, { cookie, form: { csrf: form.csrf ?? '' } })).status).toBe(400);
});

test('a closed ticket is brought back from its page', async () => {
  const world = await peopled();
  const cookie = await world.signIn('wilma');
  await world.act('MC-2', 'cancel', cookie);
  expect((await world.visit('/acme/desk/tickets/MC-2', { cookie })).text).toContain('/MC-2/reopen');
  world.desk.later();
  expect((await world.act('MC-2', 'reopen', cookie)).status).toBe(303);
  expect((await world.desk.ticket('MC-2'))?.state).toBe('inbox');
});
