import type { Context } from 'hono';
import type { Forge } from './data.ts';
import { HttpError } from './host.ts';
import { identify } from './identity.ts';

const hourMs = 60 * 60 * 1000;

interface Window {
  used: number;
  /** Milliseconds since the epoch. */
  reset: number;
  spent: boolean;
}

/**
 * GitHub's primary rate limit: counted and shown as GitHub does. It refuses only where a test spent it: whoever
 * watches the demonstration by polling must not lock himself out for an hour.
 */
export class RateLimits {
  readonly #forge: Forge;
  readonly #windows = new Map<string, Window>();

  constructor(forge: Forge) {
    this.#forge = forge;
  }

  /** Spends what is left of a login's hour (`visitor`, `signalbox[bot]`). */
  spend(login: string): void {
    this.#window(login).spent = true;
  }

  refuseIfSpent(c: Context): void {
    const { name } = this.#asker(c);
    if (this.#window(name).spent && !c.req.path.endsWith('/rate_limit')) {
      throw new HttpError(403, `API rate limit exceeded for ${name}.`);
    }
  }

  headers(c: Context, count: boolean): Record<string, string> {
    const { name, limit } = this.#asker(c);
    const window = this.#window(name);
    if (count && !c.req.path.endsWith('/rate_limit')) window.used += 1;
    const { remaining, used, reset } = show(window, limit);
    return {
      'X-RateLimit-Limit': String(limit),
      'X-RateLimit-Remaining': String(remaining),
      'X-RateLimit-Used': String(used),
      'X-RateLimit-Reset': String(reset),
      'X-RateLimit-Resource': 'core',
    };
  }

  /** The answer of `GET /rate_limit`. */
  json(c: Context): Record<string, unknown> {
    const { name, limit } = this.#asker(c);
    const core = { limit, ...show(this.#window(name), limit) };
    const other = { limit: 0, used: 0, remaining: 0, reset: core.reset };
    return { resources: { core, search: other, graphql: other }, rate: core };
  }

  #asker(c: Context): { name: string; limit: number } {
    try {
      const identity = identify(this.#forge, c.req.header('authorization'));
      if (identity.kind === 'anonymous') return { name: 'anonymous', limit: 60 };
      if (identity.kind === 'app') return { name: identity.app.slug, limit: 5_000 };
      const job = identity.kind === 'integration' && identity.job;
      return { name: identity.actor.login, limit: job ? 1_000 : 5_000 };
    } catch {
      return { name: 'anonymous', limit: 60 };
    }
  }

  #window(name: string): Window {
    const now = this.#forge.clock.now();
    const known = this.#windows.get(name);
    if (known && known.reset > now) return known;
    const fresh = { used: 0, reset: now + hourMs, spent: false };
    this.#windows.set(name, fresh);
    return fresh;
  }
}

function show(window: Window, limit: number): { used: number; remaining: number; reset: number } {
  const used = window.spent ? limit : Math.min(window.used, limit);
  return { used, remaining: limit - used, reset: Math.ceil(window.reset / 1000) };
}
