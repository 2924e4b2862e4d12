import { createHmac } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { asError } from '../base/errors.ts';
import type { Delivery, Receiver, Receivers } from '../engine/receivers.ts';
import type { Config } from '../ticket/config.ts';
import { reasons } from '../ticket/reasons.ts';
import { isOf, type OperatedReceivers } from '../ticket/webhooks.ts';
import type { Post } from './post.ts';

/** What whoever runs the app says of outbound webhooks. */
export interface OutboundSettings {
  /** Receivers of their own. */
  receivers: OperatedReceivers;
  /** Whether a repository's config may name addresses that are not public, and http. */
  mayBeInternal: boolean;
  /** The value of a secret; null where it is not set. */
  secret(name: string): string | null;
}

export interface ReceiversOptions {
  settings: OutboundSettings;
  /** `owner/name` */
  repository: string;
  /** For receivers from a config, and for those that may be anywhere. */
  posts: { public: Post; any: Post };
  /** Milliseconds after which an answer is not waited for. */
  timeoutMs?: number;
  clock: Clock;
}

interface Known extends Receiver {
  url: string;
  secret: string;
  post: Post;
}

/** What a secret has at least, so that it cannot be guessed. */
const shortest = 16;

/** Those who are told of one repository's transitions, and the way to tell them. */
export function makeReceivers(options: ReceiversOptions): Receivers {
  const { settings, repository, posts } = options;
  const seen = new Map<string, Known>();

  /** The same object for the same receiver. */
  const known = (one: Known): Known => {
    const before = seen.get(one.name);
    const isSame = before && JSON.stringify(before) === JSON.stringify(one) && before.post === one.post;
    if (isSame) return before;
    seen.set(one.name, one);
    return one;
  };
  const make = (name: string, { url, secret: named }: { url: string; secret: string }, mayBeAny: boolean) => {
    const secret = settings.secret(named);
    const fault =
      secret === null
        ? `OUTBOUND_SECRET_${named} is not set where the app runs`
        : secret.length < shortest
          ? `OUTBOUND_SECRET_${named} is shorter than ${shortest} characters`
          : !mayBeAny && !url.startsWith('https:')
            ? 'its address is no https'
            : null;
    const { host } = new URL(url);
    return known({ name, url, host, fault, secret: secret ?? '', post: mayBeAny ? posts.any : posts.public });
  };

  /** Whether whoever runs the app uses a secret, and for none of this repository's receivers. */
  const isOfOthers = (secret: string): boolean => {
    const users = Object.values(settings.receivers).filter((one) => one.secret === secret);
    return users.length > 0 && !users.some((one) => isOf(one.repositories, repository));
  };

  return {
    of(config: Config) {
      const own = Object.entries(settings.receivers).filter(([, one]) => isOf(one.repositories, repository));
      const mine = own.map(([name, one]) => make(name, one, one.internal));
      const taken = new Set(mine.map(({ name }) => name));
      const theirs = Object.entries(config.webhooks).map(([name, one]) => {
        const { host } = new URL(one.url);
        if (taken.has(name))
          return {
            name: `${name} of the config`,
            host,
            fault: 'whoever runs the app has a receiver of this name',
          };
        if (isOfOthers(one.secret))
          return { name, host, fault: `secret-not-yours: ${reasons['secret-not-yours']}` };
        return make(name, one, settings.mayBeInternal);
      });
      return [...mine, ...theirs];
    },

    async send(receiver, delivery, signal) {
      const { url, secret, post } = receiver as Known;
      return inTime(options, signal, async (ended) => {
        const status = await post({
          url,
          headers: headersOf(delivery, secret),
          body: delivery.body,
          signal: ended,
        });
        return status >= 200 && status < 300 ? null : `it answered ${status}`;
      });
    },
  };
}

function headersOf({ id, event, body }: Delivery, secret: string): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'signalbox',
    'X-Signalbox-Event': event,
    'X-Signalbox-Delivery': id,
    'X-Signalbox-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}

/** What went wrong in words; null where nothing did. */
async function inTime(
  { clock, timeoutMs = 10_000 }: ReceiversOptions,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<string | null>,
): Promise<string | null> {
  const late = new AbortController();
  const callOff = clock.after(timeoutMs, () => late.abort());
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    return late.signal.aborted ? `no answer within ${timeoutMs / 1000} s` : asError(error).message;
  } finally {
    callOff();
  }
}
