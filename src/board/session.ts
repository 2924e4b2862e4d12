import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getSignedCookie, setSignedCookie } from 'hono/cookie';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';

/** Who is signed in. The name and id are all that is kept: no token of theirs. */
export interface Session {
  /** Of this session; what its forms prove themselves with is made of it. */
  id: string;
  login: string;
  user: number;
  /** When it ends, in milliseconds. */
  until: number;
}

/** A working day; whoever looks longer signs in again, which asks nothing of them. */
const sessionMs = 12 * 3600_000;
const errandMs = 10 * 60_000;

interface SessionOptions {
  /** Whoever knows it can be anybody. */
  secret: string;
  isSecure: boolean;
  clock: Clock;
  random: Random;
}

/** What happened to a cookie that is not, or no more, one of ours. */
type Fault = 'tampered' | 'expired';

/**
 * Sessions, and what a browser carries through a sign-in, in signed cookies: nothing is remembered here but who signed
 * out, so that any process serves any request. A signature says nothing of the name of its cookie, so each value says
 * what it is for.
 */
export class Sessions {
  readonly #options: SessionOptions;
  /** Sessions that were ended before their time, by id: a copy of such a cookie opens nothing. */
  readonly #ended = new Map<string, number>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async read(c: Context): Promise<Session | Fault | null> {
    const session = await this.#read<Session>(c, 'session');
    return session && typeof session !== 'string' && this.isOver(session) ? 'expired' : session;
  }

  isOver({ id, until }: Session): boolean {
    return until <= this.#options.clock.now() || this.#ended.has(id);
  }

  async begin(c: Context, { login, user }: { login: string; user: number }): Promise<void> {
    const session = { id: this.#options.random.hex(16), login, user };
    await this.#write(c, 'session', session, sessionMs);
  }

  end(c: Context, session: Session | null = null): void {
    const now = this.#options.clock.now();
    for (const [id, until] of this.#ended) if (until <= now) this.#ended.delete(id);
    if (session) this.#ended.set(session.id, session.until);
    this.#drop(c, 'session');
  }

  /** Gives the browser something to bring back within ten minutes. */
  give<T extends object>(c: Context, name: 'login' | 'flash', value: T): Promise<void> {
    return this.#write(c, name, value, errandMs);
  }

  /** What it brings back, once; null where that is nothing of ours. */
  async take<T extends object>(c: Context, name: 'login' | 'flash'): Promise<T | null> {
    const value = await this.#read<T & { until: number }>(c, name);
    if (value !== null) this.#drop(c, name);
    return value === null || typeof value === 'string' ? null : value;
  }

  /** What a form of this session proves itself with. */
  csrf({ id }: Session): string {
    return createHmac('sha256', this.#options.secret).update(`form of ${id}`).digest('hex');
  }

  isOfForm(session: Session, shown: string): boolean {
    return isSame(this.csrf(session), shown);
  }

  async #write(c: Context, name: string, value: object, ms: number): Promise<void> {
    const { secret, clock } = this.#options;
    const text = JSON.stringify({ ...value, for: name, until: clock.now() + ms });
    const packed = Buffer.from(text).toString('base64url');
    await setSignedCookie(c, cookieOf(name), packed, secret, {
      ...this.#cookie,
      maxAge: Math.floor(ms / 1000),
    });
  }

  async #read<T extends { until: number }>(c: Context, name: string): Promise<T | Fault | null> {
    const { secret, clock, isSecure } = this.#options;
    const prefix = isSecure ? ('host' as const) : undefined;
    const packed = await getSignedCookie(c, secret, cookieOf(name), prefix);
    if (packed === undefined) return null;
    if (packed === false) return 'tampered';
    const value = JSON.parse(Buffer.from(packed, 'base64url').toString('utf8')) as T & { for: string };
    if (value.for !== name) return 'tampered';
    return value.until > clock.now() ? value : 'expired';
  }

  #drop(c: Context, name: string): void {
    deleteCookie(c, cookieOf(name), this.#cookie);
  }

  get #cookie() {
    const { isSecure } = this.#options;
    const prefix = isSecure ? { prefix: 'host' as const } : {};
    return { httpOnly: true, sameSite: 'Lax', secure: isSecure, path: '/', ...prefix } as const;
  }
}

const cookieOf = (name: string): string => `signalbox-${name}`;

/** Compares secrets in a time that tells nothing of them. */
export function isSame(secret: string, shown: string): boolean {
  const [a, b] = [Buffer.from(secret), Buffer.from(shown)];
  return a.length === b.length && timingSafeEqual(a, b);
}
