import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { isoSeconds, systemClock } from '../../src/base/clock.ts';
import { makeLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { Board, type BoardOptions } from '../../src/board/board.tsx';
import type { Config } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { OperatedDesk } from '../engine/operated.ts';
import { ticketIn } from '../ticket/fixtures.ts';

/*
 * The board over plain HTTP, on a desk in memory. GitHub's sign-in is played: whoever comes back with `code=elmar` is elmar.
 */

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

interface Visit {
  /** The `Cookie` header. */
  cookie?: string;
  /** Fields of a form that is sent. */
  form?: Record<string, string>;
  body?: string;
  headers?: Record<string, string>;
  method?: string;
}

const ids: Record<string, number> = { lucienne: 1001, wilma: 1002, elmar: 1003, visitor: 1004 };

export class BoardWorld {
  readonly desk: OperatedDesk;
  readonly url: string;
  /** Everything that was logged. */
  readonly records: { level: string; message: string; [fact: string]: unknown }[] = [];
  readonly #server: Server;
  readonly #board: Board;

  private constructor(desk: OperatedDesk, server: Server, options: Partial<BoardOptions>) {
    this.desk = desk;
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { url } = this;
    this.#board = new Board({
      url,
      webUrl: 'https://github.example',
      desks: () => [
        {
          repository: { id: 90001, owner: 'acme', repo: 'desk' },
          panel: async () => this.desk.operator.panel,
        },
      ],
      deliveries: () => ({ failing: 1, again: 2, recovered: 3, givenUp: 4 }),
      signIn: {
        address: ({ state, callback }) =>
          `https://github.example/authorize?state=${state}&callback=${callback}`,
        person: async ({ code }) => ({ login: code, id: ids[code] ?? 9999 }),
      },
      metrics: { token: 'the-token-of-the-scraper' },
      secret: 'the secret that signs cookies in tests',
      clock: systemClock,
      random: systemRandom,
      log: makeLog('debug', (line) => this.records.push(JSON.parse(line))),
      ...options,
    });
    server.on('request', this.#board.listener);
  }

  static async start(options: Partial<BoardOptions> = {}, config?: Config): Promise<BoardWorld> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const world = new BoardWorld(await OperatedDesk.start(config), server, options);
    onTestFinished(() => world.#end());
    return world;
  }

  async #end(): Promise<void> {
    this.#board.close();
    await this.desk.operator.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** One request, its path sent as it is written. */
  visit(path: string, { cookie, form, body, headers = {}, method }: Visit = {}): Promise<Answer> {
    const sent = body ?? (form && new URLSearchParams(form).toString());
    const all = {
      ...(cookie ? { cookie } : {}),
      ...(sent === undefined
        ? {}
        : {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': `${Buffer.byteLength(sent)}`,
          }),
      ...(form ? { origin: this.url } : {}),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: new URL(this.url).port,
          path,
          method: method ?? (sent === undefined ? 'GET' : 'POST'),
          headers: all,
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (part) => (text += part));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
        },
      );
      asked.on('error', reject);
      asked.end(sent);
    });
  }

  /** Signs somebody in, as their browser would; answers their `Cookie` header. */
  async signIn(login: string, to = '/'): Promise<string> {
    const begun = await this.visit(`/login?to=${encodeURIComponent(to)}`);
    const state = new URL(begun.headers.location ?? '').searchParams.get('state');
    const back = await this.visit(`/login/callback?code=${login}&state=${state}`, {
      cookie: cookiesOf(begun),
    });
    return cookiesOf(back);
  }

  /** The hidden fields of the form for an act, as somebody's page has them. */
  async formOf(id: string, act: string, cookie: string): Promise<Record<string, string>> {
    const { text } = await this.visit(`/acme/desk/tickets/${id}/${act}`, { cookie });
    return hiddenIn(text.slice(text.indexOf(`action="/acme/desk/tickets/${id}/${act}"`)));
  }

  /** Somebody does something by its own page. */
  async act(id: string, act: string, cookie: string, words = ''): Promise<Answer> {
    const form = { ...(await this.formOf(id, act, cookie)), words };
    return this.visit(`/acme/desk/tickets/${id}/${act}`, { cookie, form });
  }

  /** What a window of the board is told, event by event, until it was told of a ticket: the event's data. */
  async untilChange(id: string, does: () => Promise<void>): Promise<string> {
    const page = await this.visit('/acme/desk');
    const version = /data-version="([\w-]+)"/.exec(page.text)?.[1];
    const stop = new AbortController();
    const answer = await fetch(`${this.url}/acme/desk/events?version=${version}`, { signal: stop.signal });
    const told: string[] = [];
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const part of answer.body ?? []) {
        told.push(decoder.decode(part, { stream: true }));
        const change = told
          .join('')
          .split('\n\n')
          .find((one) => one.includes(`"id":"${id}"`));
        if (change) return change;
      }
      return '';
    })();
    await does();
    const found = await reading;
    stop.abort();
    return found;
  }

  /** What was logged as refused: `POST 403`. */
  get refusals(): string[] {
    return this.records
      .filter(({ message }) => message === 'the board refused a request')
      .map(({ method, status }) => `${method} ${status}`);
  }
}

/** What a browser sends back of the cookies that were set, dropped ones left out. */
export function cookiesOf({ headers }: Answer): string {
  return (headers['set-cookie'] ?? [])
    .filter((line) => !/Max-Age=0/.test(line))
    .map((line) => line.split(';')[0])
    .join('; ');
}

function hiddenIn(html: string): Record<string, string> {
  const fields = html
    .slice(0, html.indexOf('</form>'))
    .matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g);
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value]));
}

/** A ticket whose agent is at work since a moment ago. */
export function atWork(now: string, over: Partial<Ticket> = {}): Ticket {
  const ticket = ticketIn('in_progress', over);
  const soon = isoSeconds(Date.parse(now) + 3600_000);
  const { attempt } = ticket;
  if (!attempt?.run) return ticket;
  const run = { ...attempt.run, started: now };
  return { ...ticket, attempt: { ...attempt, claimed: now, check_in_by: soon, run } };
}

/** A desk with one ticket that an agent works and one that lies in the inbox. */
export async function peopled(options: Partial<BoardOptions> = {}): Promise<BoardWorld> {
  const world = await BoardWorld.start(options);
  await world.desk.put(atWork(world.desk.now), ticketIn('inbox', { id: 'MC-2' }));
  return world;
}
