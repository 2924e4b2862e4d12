import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { Clock } from '../base/clock.ts';
import { asError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Panel } from '../engine/panel.ts';
import { isTicketId } from '../ticket/paths.ts';
import { doAct, formFor, mayWriteOn, showAct } from './act-routes.tsx';
import { addAssets } from './assets.ts';
import { readFilter } from './cards.ts';
import { doDesk, showDesk } from './desk-routes.tsx';
import { type BoardDesk, nameOf } from './desks.ts';
import { addDoor, refused } from './door.tsx';
import { boardEvents, ticketEvents, type Watching } from './events.tsx';
import { Live } from './live.ts';
import { metricsText } from './metrics.ts';
import { BoardPage } from './pages/board.tsx';
import { DesksPage } from './pages/desks.tsx';
import { HealthPage } from './pages/health.tsx';
import { TicketPage } from './pages/ticket.tsx';
import { placesAt } from './places.ts';
import { Readers } from './readers.ts';
import { frameOf, type Vars } from './request.ts';
import { isSame, Sessions } from './session.ts';
import { addSignIn, type SignIn } from './sign-in.tsx';
import { storyOf } from './story.ts';
import { type Deliveries, vitalsOf } from './vitals.ts';

export interface BoardOptions {
  /** Where people reach it, without a trailing slash. */
  url: string;
  /** Where GitHub shows repositories in a browser. */
  webUrl: string;
  desks(): readonly BoardDesk[];
  deliveries(): Deliveries;
  /** How people sign in; null where they cannot, and then there are no pages for them. */
  signIn: SignIn | null;
  /** Who may read `/metrics`: everybody, who shows this token, or nobody (null). */
  metrics: 'everybody' | { token: string } | null;
  /** Signs cookies; the same for every process of one board. */
  secret: string;
  clock: Clock;
  random: Random;
  log: Log;
}

/** What a route about one repository works with. */
interface OnDesk {
  desk: string;
  live: Live;
  entry: BoardDesk;
}

/** The board: pages for people, live where their browser runs scripts. It decides nothing: it shows, and asks. */
export class Board {
  readonly #options: BoardOptions;
  readonly #app = new Hono<Vars>();
  /** By panel: a repository that is opened anew has another. */
  readonly #lives = new WeakMap<Panel, Live>();
  readonly #readers: Readers;
  readonly #sessions: Sessions;
  readonly #ended = new AbortController();
  readonly listener: RequestListener;

  constructor(options: BoardOptions) {
    this.#options = options;
    const { url, clock, random, log, secret, signIn } = options;
    this.#readers = new Readers(clock);
    this.#sessions = new Sessions({ secret, isSecure: url.startsWith('https:'), clock, random });
    const sessions = this.#sessions;
    addDoor(this.#app, { url, sessions, log });
    addAssets(this.#app);
    this.#app.get('/metrics', (c) => this.#metrics(c));
    if (signIn) addSignIn(this.#app, { url, signIn, sessions, random, log });
    else this.#app.get('*', (c) => refused(c, 503, 'no-sign-in', howToSwitchOn));
    this.#addPages();
    const listener = getRequestListener((request) => this.#app.fetch(request), {
      overrideGlobalObjects: false,
    });
    this.listener = (request, response) => void listener(request, response);
  }

  /** Ends the streams of those who watch. */
  close(): void {
    this.#ended.abort();
  }

  #addPages(): void {
    const app = this.#app;
    const { random } = this.#options;
    const sessions = this.#sessions;
    app.get('/', (c) => this.#home(c));
    app.get('/:owner/:repo', (c) => this.#onDesk(c, (on) => this.#board(c, on)));
    app.get('/:owner/:repo/events', (c) =>
      this.#onDesk(c, (on) => boardEvents(c, this.#watching(c, on), filterOf(c))),
    );
    app.get('/:owner/:repo/health', (c) => this.#onDesk(c, (on) => this.#health(c, on)));
    app.get('/:owner/:repo/desk', (c) =>
      this.#onDesk(c, async (on) => {
        await this.#visible(c);
        return showDesk(c, { ...on, sessions, random });
      }),
    );
    app.post('/:owner/:repo/desk/:act', (c) =>
      this.#onDesk(c, (on) => doDesk(c, { ...on, sessions, random })),
    );
    const ticket = '/:owner/:repo/tickets/:id';
    app.get(ticket, (c) => this.#onTicket(c, (on, id) => this.#ticket(c, on, id)));
    app.get(`${ticket}/events`, (c) =>
      this.#onTicket(c, (on, id) => ticketEvents(c, this.#watching(c, on), id)),
    );
    app.get(`${ticket}/:act`, (c) =>
      this.#onTicket(c, (on, id) => showAct(c, { ...on, id, sessions, random })),
    );
    app.post(`${ticket}/:act`, (c) =>
      this.#onTicket(c, (on, id) => doAct(c, { ...on, id, sessions, random })),
    );
  }

  async #home(c: Context<Vars>): Promise<Response> {
    const names = await this.#visible(c);
    const [only] = names;
    if (only !== undefined && names.length === 1) return c.redirect(`/${only}`);
    return c.html(<DesksPage frame={frameOf(c)} names={names} />);
  }

  async #visible(c: Context<Vars>): Promise<string[]> {
    const seen = await this.#readers.visible(this.#options.desks(), c.get('session'));
    const names = seen.map(nameOf);
    c.set('desks', names);
    return names;
  }

  /** A desk that may not be seen is one that is not there. */
  async #onDesk(c: Context<Vars>, answer: (on: OnDesk) => Response | Promise<Response>): Promise<Response> {
    const asked = `${c.req.param('owner')}/${c.req.param('repo')}`.toLowerCase();
    const entry = this.#options.desks().find((one) => nameOf(one).toLowerCase() === asked);
    if (!entry || !(await this.#readers.maySee(entry, c.get('session')))) return c.notFound();
    return answer({ desk: nameOf(entry), entry, live: this.#liveOf(await entry.panel()) });
  }

  #onTicket(
    c: Context<Vars>,
    answer: (on: OnDesk, id: string) => Response | Promise<Response>,
  ): Promise<Response> {
    const id = c.req.param('id') ?? '';
    return this.#onDesk(c, (on) => (isTicketId(id) ? answer(on, id) : c.notFound()));
  }

  #liveOf(panel: Panel): Live {
    const known = this.#lives.get(panel);
    if (known) return known;
    const live = new Live(panel, this.#options);
    this.#lives.set(panel, live);
    return live;
  }

  async #board(c: Context<Vars>, { desk, live }: OnDesk): Promise<Response> {
    const filter = filterOf(c);
    const [deck] = await Promise.all([live.deck(), this.#visible(c)]);
    const isOpen = deck.scene.snapshot.tickets.has(filter.q);
    const closed = !isOpen && isTicketId(filter.q) ? await live.panel.file(filter.q) : null;
    const props = { frame: frameOf(c, desk), desk, deck, filter, found: closed?.id ?? null };
    return c.html(<BoardPage {...props} />);
  }

  async #ticket(c: Context<Vars>, { desk, live }: OnDesk, id: string): Promise<Response> {
    const { log, random, webUrl } = this.#options;
    const sessions = this.#sessions;
    const session = c.get('session');
    const deck = await live.deck();
    const [story, form, told] = await Promise.all([
      storyOf(live.panel, deck, id, log),
      session ? formFor({ live, sessions, random }, session) : null,
      sessions.take<{ ticket: string; code: string; message: string }>(c, 'flash'),
      this.#visible(c),
    ]);
    if (!story) return c.notFound();
    const flash = told?.ticket === id ? told : null;
    const places = placesAt(webUrl, desk);
    const props = { frame: frameOf(c, desk), desk, id, deck, story, places, form, flash };
    return c.html(<TicketPage {...props} />);
  }

  async #health(c: Context<Vars>, { desk, live }: OnDesk): Promise<Response> {
    const { clock, deliveries } = this.#options;
    const [vitals, mayWrite] = await Promise.all([
      vitalsOf(desk, live),
      mayWriteOn(live, c.get('session')).catch(() => false), // the page is for when GitHub fails, too
      this.#visible(c),
    ]);
    const props = { frame: frameOf(c, desk), vitals, deliveries: deliveries(), mayWrite, now: clock.now() };
    return c.html(<HealthPage {...props} />);
  }

  /** Of every desk that can be served now. */
  async #metrics(c: Context<Vars>): Promise<Response> {
    const { metrics, desks, deliveries, log } = this.#options;
    const shown = /^Bearer (.+)$/.exec(c.req.header('Authorization') ?? '')?.[1] ?? '';
    const may = metrics === 'everybody' || (metrics !== null && isSame(metrics.token, shown));
    if (!may) return c.text('unauthorized\n', 401);
    const vitals = desks().map(async (entry) => [
      await vitalsOf(nameOf(entry), this.#liveOf(await entry.panel())),
    ]);
    const known = vitals.map((one) =>
      one.catch((error) => {
        log.warn('a desk cannot be measured', { error: asError(error) });
        return [];
      }),
    );
    const text = metricsText((await Promise.all(known)).flat(), deliveries());
    return c.text(text, 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  }

  #watching(c: Context<Vars>, { live, desk, entry }: OnDesk): Watching {
    const session = c.get('session');
    return {
      live,
      desk,
      clock: this.#options.clock,
      version: c.req.query('version') ?? '',
      mayStillSee: async () => {
        await entry.panel(); // rejects once it is served no more, or under another name
        return !(session && this.#sessions.isOver(session)) && this.#readers.maySee(entry, session);
      },
      ended: this.#ended.signal,
    };
  }
}

const howToSwitchOn =
  'The board is off: it shows nothing to people whom it cannot ask who they are. Add `<its address>/login/callback` to the callback URLs of the app on GitHub, and start with `BOARD_URL` (its address), `GITHUB_CLIENT_ID` and `GITHUB_CLIENT_SECRET` set.';

const filterOf = (c: Context<Vars>) => readFilter((name) => c.req.query(name));
