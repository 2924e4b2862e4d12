import { lookup as resolve } from 'node:dns';
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
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

/** POSTs. Answers the status; rejects where there was none. It follows no redirect. */
export type Post = (posted: Posted) => Promise<number>;

/**
 * A way to POST that calls no address but public ones, by https: the very addresses that are connected to are looked at,
 * so a name that resolves to another one the next moment changes nothing.
 */
export function makePublicPost(lookUp: Resolve = resolve): Post {
  const lookup = publicLookup(lookUp);
  const https = new HttpsAgent({ keepAlive: true, maxSockets: 8 });
  return async (posted) => {
    const url = new URL(posted.url);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (url.protocol !== 'https:') throw new Error('only https is called from a config');
    // An address is not looked up, so it is looked at here.
    if (isIP(host) !== 0 && !isPublic(host)) throw new Error(notPublic(host));
    return post(url, posted, { agent: https, lookup });
  };
}

/** The same for receivers of whoever runs the app: any address, http too. */
export function makePost(): Post {
  const http = new HttpAgent({ keepAlive: true, maxSockets: 8 });
  const https = new HttpsAgent({ keepAlive: true, maxSockets: 8 });
  return async (posted) => {
    const url = new URL(posted.url);
    return post(url, posted, { agent: url.protocol === 'https:' ? https : http });
  };
}

function post(
  url: URL,
  { headers, body, signal }: Posted,
  by: { agent: HttpAgent; lookup?: LookupFunction },
): Promise<number> {
  const bytes = Buffer.from(body);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((done, failed) => {
    const sent = request(
      url,
      { method: 'POST', ...by, signal, headers: { ...headers, 'Content-Length': bytes.length } },
      (response) => {
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > bodyMax) response.destroy();
        });
        response.on('error', () => {}); // the status is all that is asked for
        done(response.statusCode ?? 0);
      },
    );
    sent.on('error', failed);
    sent.end(bytes);
  });
}

/** All addresses of a name, or none: one that has a public and another address is not to be trusted with either. */
function publicLookup(lookUp: Resolve): LookupFunction {
  return (name, options, answer) => {
    lookUp(name, { ...options, all: true }, (error, found) => {
      if (error) return answer(error, []);
      const bad = found.find(({ address }) => !isPublic(address));
      if (bad || found.length === 0) return answer(new Error(notPublic(bad?.address ?? name)), []);
      if (options.all) return answer(null, found);
      const [first] = found;
      answer(null, first?.address ?? '', first?.family);
    });
  };
}

const notPublic = (address: string): string => `${address} is no public address`;
