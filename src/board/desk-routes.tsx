import type { Context } from 'hono';
import type { Random } from '../base/random.ts';
import { priorities } from '../ticket/format.ts';
import { formFor } from './act-routes.tsx';
import { refused } from './door.tsx';
import type { Live } from './live.ts';
import { DeskPage, type DeskPageProps, switches } from './pages/desk.tsx';
import { frameOf, type Vars } from './request.ts';
import type { Session, Sessions } from './session.ts';

/** What a form of the desk's page is about. */
export interface DeskErrand {
  desk: string;
  live: Live;
  sessions: Sessions;
  random: Random;
}

/** The page where a desk is paused, drained and resumed, and where tickets are made. */
export async function showDesk(c: Context<Vars>, errand: DeskErrand): Promise<Response> {
  const told = await errand.sessions.take<{ desk: string; code: string; message: string }>(c, 'flash');
  return deskPage(c, errand, { flash: told?.desk === errand.desk ? told : null, sent: {} });
}

/** Throws a switch as a comment of the same person would, or makes a ticket. */
export async function doDesk(c: Context<Vars>, errand: DeskErrand): Promise<Response> {
  const act = c.req.param('act') ?? '';
  const session = c.get('session');
  if (!session || !(act === 'new' || switches.some(({ name }) => name === act))) return c.notFound();
  const body = (await c.req.parseBody()) as Record<string, unknown>;
  const sent = Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  const { source = '' } = sent;
  if (!/^b[0-9a-f]{24}$/.test(source))
    return refused(c, 400, 'bad-form', 'A part of the form is missing. Load the page again.');
  return act === 'new'
    ? makeTicket(c, errand, session, { ...sent, source })
    : throwSwitch(c, errand, session, { ...sent, source, act });
}

type Sent = Readonly<Record<string, string>> & { source: string };

async function throwSwitch(
  c: Context<Vars>,
  errand: DeskErrand,
  { login, user }: Session,
  { act, profile = '', reason = '', source }: Sent,
): Promise<Response> {
  // Of the whole desk no reason is kept, and its first word would be read as an agent's name.
  const words = profile ? `/${act} ${profile} ${reason.replace(/\s+/g, ' ')}` : `/${act}`;
  const { accepted, code, message } = await errand.live.panel.command('', words.trim(), {
    login,
    user,
    source,
    saw: '',
  });
  if (!accepted && code !== 'already-handled')
    return deskPage(c, errand, { flash: { code, message }, sent: {} }, code === 'not-permitted' ? 403 : 409);
  await errand.sessions.give(c, 'flash', { desk: errand.desk, code: 'ok', message });
  return c.redirect(`/${errand.desk}/desk`, 303);
}

async function makeTicket(
  c: Context<Vars>,
  errand: DeskErrand,
  { login, user }: Session,
  { source, ...sent }: Sent,
): Promise<Response> {
  const { title = '', body = '', owner = '', priority, wait = '', mirror } = sent;
  const wish = {
    title,
    body,
    owner: owner.trim() || null,
    priority: priorities.find((one) => one === priority) ?? 'normal',
    wait,
    mirror: mirror === 'yes',
  };
  const { id, decision } = await errand.live.panel.create(wish, { login, user, source });
  const { accepted, code, message } = decision;
  // The button was pressed twice: the first has made it.
  if (!accepted && code !== 'ticket-exists')
    return deskPage(c, errand, { flash: { code, message }, sent }, code === 'not-permitted' ? 403 : 409);
  await errand.sessions.give(c, 'flash', { ticket: id, code: 'ok', message: `${id} is made.` });
  return c.redirect(`/${errand.desk}/tickets/${id}`, 303);
}

async function deskPage(
  c: Context<Vars>,
  { desk, live, sessions, random }: DeskErrand,
  told: Pick<DeskPageProps, 'flash' | 'sent'>,
  status: 200 | 403 | 409 = 200,
): Promise<Response> {
  const session = c.get('session');
  const [{ top, scene, cards }, form] = await Promise.all([
    live.deck(),
    session ? formFor({ live, sessions, random }, session) : null,
  ]);
  const owners = [
    ...new Set([...Object.keys(scene.config.agents), ...cards.flatMap(({ owner }) => owner ?? [])]),
  ];
  const props = { frame: frameOf(c, desk), desk, top, now: scene.now, form, owners: owners.sort(), ...told };
  return c.html(<DeskPage {...props} />, status);
}
