import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { Access, Need } from './access.ts';
import { access } from './access.ts';
import type { Forge } from './data.ts';
import { HttpError } from './host.ts';

/** One request on a declared route: what is not declared was refused before the handler sees it. */
export interface Call<B> {
  c: Context;
  forge: Forge;
  body: B;
  /** A part of the path, decoded. */
  param(name: string): string;
  /** A part of the path that is a number. */
  number(name: string): number;
  query(name: string): string | undefined;
  /** The asker's right in the repository of the path; throws GitHub's refusal. */
  access(need: Need): Access;
}

export interface RouteSpec<B> {
  /** Query parameters that the route honours. Every other one is refused by name. */
  query?: readonly string[];
  /** A strict schema; without one the route takes no body. */
  body?: z.ZodType<B>;
}

type Handler<B> = (call: Call<B>) => Response | Promise<Response>;

/** Declares routes on `api` (base path `/api/v3`), e.g. `route('GET /repos/:owner/:repo', {}, handler)`. */
export type Route = <B = Record<string, never>>(line: string, spec: RouteSpec<B>, handle: Handler<B>) => void;

/** Parts that are numbers: `/issues/:number` must not take `/issues/comments` for an issue. */
const numeric = /:(number|comment|event|reaction|installation|delivery|ruleset|check|review|blocker)\b/g;

export function routesOn(api: Hono, forge: Forge): Route {
  return (line, spec, handle) => {
    const [method = '', path = ''] = line.split(' ');
    api.on(method, path.replace(numeric, '$&{[0-9]+}'), async (c) => {
      refuseUnknownQuery(c, spec.query ?? []);
      const body = await readBody(c, spec.body);
      return handle(makeCall(c, forge, body));
    });
  };
}

/** GitHub names what is wrong; so do we, and we say that it is us who cannot. */
export const unsupported = (what: string, status = 422): HttpError =>
  new HttpError(status, `not supported by the embedded GitHub: ${what}`);

export const notFound = (): HttpError => new HttpError(404, 'Not Found');

export const invalid = (resource: string, field: string, code: string, message?: string): HttpError =>
  new HttpError(422, 'Validation Failed', [{ resource, field, code, ...(message ? { message } : {}) }]);

function makeCall<B>(c: Context, forge: Forge, body: B): Call<B> {
  const param = (name: string): string => {
    const value = c.req.param(name);
    if (value === undefined) throw new Error(`the route has no part named ${name}`);
    return value;
  };
  return {
    c,
    forge,
    body,
    param,
    number(name) {
      return Number(param(name));
    },
    query: (name) => c.req.query(name),
    access: (need) => access(forge, c, `${param('owner')}/${param('repo')}`, need),
  };
}

function refuseUnknownQuery(c: Context, known: readonly string[]): void {
  for (const name of Object.keys(c.req.queries())) {
    if (!known.includes(name))
      throw unsupported(`query parameter "${name}" of ${c.req.method} ${c.req.path}`);
  }
}

async function readBody<B>(c: Context, schema: z.ZodType<B> | undefined): Promise<B> {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return {} as B;
  const value = parseJson(await c.req.text());
  const result = (schema ?? z.strictObject({})).safeParse(value);
  if (result.success) return result.data as B;
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      const where = [...issue.path, issue.keys[0]].join('.');
      throw unsupported(`body key "${where}" of ${c.req.method} ${c.req.path}`);
    }
  }
  const said = result.error.issues.map((issue) => `For '${issue.path.join('/')}', ${issue.message}.`);
  throw new HttpError(422, `Invalid request.\n\n${said.join('\n')}`);
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, 'Problems parsing JSON');
  }
}

export const pageQuery = ['page', 'per_page'] as const;

/** One page of `items` with GitHub's `Link` header. 30 a page unless asked, 100 at most. */
export function page<T>(c: Context, items: readonly T[], show: (item: T) => unknown): Response {
  const { slice } = paginate(c, items);
  return c.json(slice.map(show));
}

/** The slice of `items` that was asked for; sets the `Link` header. */
export function paginate<T>(c: Context, items: readonly T[]): { slice: T[] } {
  const size = Math.min(whole(c, 'per_page', 30), 100);
  const number = whole(c, 'page', 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const at = (n: number, rel: string): string => {
    const url = new URL(c.req.url);
    url.searchParams.set('page', String(n));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [at(Math.min(number - 1, last), 'prev')] : []),
    ...(number < last ? [at(number + 1, 'next'), at(last, 'last')] : []),
    ...(number > 1 ? [at(1, 'first')] : []),
  ];
  if (links.length > 0) c.header('Link', links.join(', '));
  return { slice: items.slice((number - 1) * size, number * size) };
}

function whole(c: Context, name: string, otherwise: number): number {
  const text = c.req.query(name);
  if (text === undefined) return otherwise;
  if (!/^\d{1,6}$/.test(text)) throw unsupported(`${name}=${text}`);
  return Math.max(1, Number(text));
}

/** A query parameter that is one of a few words. */
export function choice<T extends string>(
  call: Call<unknown>,
  name: string,
  words: readonly T[],
  otherwise: T,
): T {
  const asked = call.query(name);
  if (asked === undefined) return otherwise;
  const word = words.find((known) => known === asked);
  if (!word) throw unsupported(`${name}=${asked} (only ${words.join(', ')})`);
  return word;
}

/** GitHub's `since`: an ISO 8601 instant. */
export function sinceOf(call: Call<unknown>, name = 'since'): number {
  const text = call.query(name);
  if (text === undefined) return Number.NEGATIVE_INFINITY;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw unsupported(`${name}=${text}`);
  return at;
}
