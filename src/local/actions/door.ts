import type { Context, Hono } from 'hono';
import type { Actor, Host, PermissionLevel } from '../host.ts';
import { HttpError } from '../host.ts';
import { notFound, unsupported } from '../http.ts';

/** A request that was let in. */
export interface Visit {
  c: Context;
  actor: Actor;
  /** The repository's id and present name. */
  repository: number;
  fullName: string;
  /** A part of the path that is a number; anything else is 404. */
  number(name: string): number;
}

export type Handle = (visit: Visit) => Response | Promise<Response>;

/** Declares a route below `/repos/:owner/:repo/actions`; query parameters it does not name are refused. */
export type Declare = (
  method: 'GET' | 'POST',
  path: string,
  level: PermissionLevel,
  handle: Handle,
  query?: readonly string[],
) => void;

export function doorOf(app: Hono, host: Host): Declare {
  return (method, path, level, handle, query = []) => {
    app.on(method, `/repos/:owner/:repo/actions${path}`, (c) => {
      const asked = `${c.req.param('owner')}/${c.req.param('repo')}`;
      const actor = host.authorize(c, asked, 'actions', level);
      const facts = host.repository(asked);
      if (!facts) throw notFound();
      for (const name of Object.keys(c.req.queries()))
        if (!query.includes(name)) throw unsupported(`query parameter "${name}" of ${method} ${c.req.path}`);
      const number = (name: string): number => {
        const text = c.req.param(name) ?? '';
        if (!/^[1-9]\d{0,15}$/.test(text)) throw notFound();
        return Number(text);
      };
      return handle({ c, actor, repository: facts.id, fullName: facts.full_name, number });
    });
  };
}

/** The request's JSON object with these keys and no others. @throws HttpError */
export async function bodyOf(c: Context, keys: readonly string[]): Promise<Record<string, unknown>> {
  const text = await c.req.text();
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw new HttpError(400, 'Problems parsing JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HttpError(422, 'Invalid request.\n\nAn object was expected.');
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw unsupported(`body key "${unknown}" of ${c.req.method} ${c.req.path}`);
  return value as Record<string, unknown>;
}
