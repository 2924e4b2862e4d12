import { lookup as resolve } from 'node:dns';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { isPublic } from './address.ts';

/** How names become addresses: the machine's way, but for tests. */
export type Resolve = typeof resolve;

export interface Posted {
  url: string;
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
}

/** Answers beyond this are not read. */
const bodyMax = 64 * 1024;
/** How long an answer may take to end after its status, in milliseconds: it holds a connection that others wait for. */
const endMs = 1_000;

/** POSTs. Answers the status; rejects where there was none, and when `signal` aborts. It follows no redirect. */
export type Post = (posted: Posted) => Promise<number>;

/**
 * A way to POST that calls no address but public ones, by https: the very addresses that are connected to are looked at,
 * so a name that resolves to another one the next moment changes nothing.
 */
export function makePublicPost(clock: Clock, lookUp: Resolve = resolve): Post {
  const lookup = publicLookup(lookUp);
  const https = new HttpsAgent({ keepAlive: true, maxSockets: 8 });
  return async (posted) => {
    const url = new URL(posted.url);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (url.protocol !== 'https:') throw new Error('only https is called from a config');
    // An address is not looked up, so it is looked at here.
    if (isIP(host) !== 0 && !isPublic(host)) throw notPublic();
    return post(clock, url, posted, { agent: https, lookup });
  };
}

/** The same for receivers of whoever runs the app: any address, http too. */
export function makePost(clock: Clock): Post {
  const http = new HttpAgent({ keepAlive: true, maxSockets: 8 });
  const https = new HttpsAgent({ keepAlive: true, maxSockets: 8 });
  return async (posted) => {
    const url = new URL(posted.url);
    return post(clock, url, posted, { agent: url.protocol === 'https:' ? https : http });
  };
}

function post(
  clock: Clock,
  url: URL,
  { headers, body, signal }: Posted,
  by: { agent: HttpAgent; lookup?: LookupFunction },
): Promise<number> {
  const bytes = Buffer.from(body);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((done, failed) => {
    signal.throwIfAborted();
    const sent = request(
      url,
      { method: 'POST', ...by, signal, headers: { ...headers, 'Content-Length': bytes.length } },
      (response) => {
        passOver(response, clock);
        done(response.statusCode ?? 0);
      },
    );
    // A request that still waits for a connection says of its abort nothing until it has one.
    const calledOff = () => failed(signal.reason);
    signal.addEventListener('abort', calledOff, { once: true });
    sent.on('close', () => signal.removeEventListener('abort', calledOff));
    sent.on('error', failed);
    sent.end(bytes);
  });
}

/** Reads an answer to its end, so that its connection can be used again; one that goes on and on is cut off. */
function passOver(response: IncomingMessage, clock: Clock): void {
  const callOff = clock.after(endMs, () => response.destroy());
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > bodyMax) response.destroy();
  });
  response.on('error', () => {}); // the status is all that is asked for
  response.on('close', callOff);
}

/** All addresses of a name, or none: one that has a public and another address is not to be trusted with either. */
function publicLookup(lookUp: Resolve): LookupFunction {
  return (name, options, answer) => {
    lookUp(name, { ...options, all: true }, (error, found) => {
      if (error) return answer(error, []);
      const isTrusted = found.length > 0 && found.every(({ address }) => isPublic(address));
      if (!isTrusted) return answer(notPublic(), []);
      if (options.all) return answer(null, found);
      const [first] = found;
      answer(null, first?.address ?? '', first?.family);
    });
  };
}

/** Without the address: who reads it need not learn what a name is to the app's network. */
const notPublic = (): Error => new Error('its address is not public');
