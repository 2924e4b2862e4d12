import type { Context } from 'hono';
import type { Random } from '../base/random.ts';
import type { Decision } from '../ticket/decision.ts';
import { isGlance } from '../ticket/glance.ts';
import { type Act, actNamed } from './acts.ts';
import { refused } from './door.tsx';
import type { Live } from './live.ts';
import { ActPage, type FormFacts } from './pages/act.tsx';
import { Message } from './pages/message.tsx';
import { frameOf, type Vars } from './request.ts';
import type { Session, Sessions } from './session.ts';

/** What an act is asked about, and by whom. */
export interface Errand {
  desk: string;
  live: Live;
  id: string;
  sessions: Sessions;
  random: Random;
}

/** What a form made for this person carries. */
export async function formFor(
  { live, sessions, random }: Pick<Errand, 'live' | 'sessions' | 'random'>,
  session: Session,
): Promise<FormFacts> {
  const role = await live.panel.forge.permission(session.login, session.user);
  return {
    csrf: sessions.csrf(session),
    source: `b${random.hex(12)}`,
    may: (needed) => role === 'admin' || role === 'write' || (needed === 'triage' && role === 'triage'),
  };
}

/** Whether somebody may write; a stranger may not. */
export async function mayWriteOn({ panel }: Live, session: Session | null): Promise<boolean> {
  const role = session && (await panel.forge.permission(session.login, session.user));
  return role === 'admin' || role === 'write';
}

/** The page that says what an act does, before it is done. */
export async function showAct(c: Context<Vars>, errand: Errand): Promise<Response> {
  const act = actNamed(c.req.param('act') ?? '');
  const session = c.get('session');
  if (!act) return c.notFound();
  if (!session) return c.redirect(`/login?to=${encodeURIComponent(frameOf(c).path)}`);
  return actPage(c, errand, {
    act,
    session,
    refusal: null,
    words: '',
    digest: digestOf(c.req.query('digest')),
  });
}

/** Asks what a form asks, as a comment of the same person would, and shows what became of it. */
export async function doAct(c: Context<Vars>, errand: Errand): Promise<Response> {
  const act = actNamed(c.req.param('act') ?? '');
  const session = c.get('session');
  if (!act || !session) return c.notFound();
  const { source, saw, words = '', digest } = (await c.req.parseBody()) as Record<string, unknown>;
  const isWhole = typeof source === 'string' && /^b[0-9a-f]{24}$/.test(source);
  if (!isWhole || typeof words !== 'string' || typeof saw !== 'string' || !isGlance(saw))
    return refused(c, 400, 'bad-form', 'A part of the form is missing. Load the page again.');
  const entry = digestOf(digest);
  const asking = { login: session.login, user: session.user, source, saw };
  const decision = await errand.live.panel.command(errand.id, `/${act.name} ${entry || words}`, asking);
  // The button was pressed twice, or the form sent again: the first was answered.
  const isDone = decision.accepted || decision.code === 'already-handled';
  if (!isDone) return actPage(c, errand, { act, session, refusal: decision, words, digest: entry });
  const message = decision.accepted
    ? decision.message
    : 'This form was answered before. The ticket stands as you see it.';
  const code = decision.accepted ? decision.code : 'ok';
  await errand.sessions.give(c, 'flash', { ticket: errand.id, code, message });
  return c.redirect(`/${errand.desk}/tickets/${errand.id}`, 303);
}

const digestOf = (text: unknown): string =>
  typeof text === 'string' && /^[0-9a-f]{64}$/.test(text) ? text : '';

async function actPage(
  c: Context<Vars>,
  errand: Errand,
  asked: {
    act: Act;
    session: Session;
    refusal: Pick<Decision, 'code' | 'message'> | null;
    words: string;
    digest: string;
  },
): Promise<Response> {
  const { desk, live, id } = errand;
  const { act, session, refusal, words, digest } = asked;
  const [file, form, { scene }] = await Promise.all([
    live.panel.file(id),
    formFor(errand, session),
    live.deck(),
  ]);
  const status = refusal ? (refusal.code === 'not-permitted' ? 403 : 409) : 200;
  const frame = frameOf(c, desk);
  if (!file?.ticket) {
    const { code, message } = refusal ?? { code: 'no-such-ticket', message: 'There is no such ticket.' };
    return c.html(<Message frame={frame} title="Refused" code={code} message={message} />, 404);
  }
  const about = { act, ticket: file.ticket, desk, form, config: scene.config, words, digest };
  return c.html(<ActPage frame={frame} refused={refusal} {...about} />, status);
}
