import type { Octokit as RestOctokit } from '@octokit/rest';
import type { Clock } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { RateLimit } from '../engine/sights.ts';
import { failureOf, isWorldError, rateLimitSeconds, worldError } from './failures.ts';
import { ForgeTime } from './time.ts';

/** What we use of an Octokit: Probot's, or a plain one with a token. */
export type Octokit = Pick<RestOctokit, 'rest' | 'request'>;

interface Answer<T> {
  status: number;
  data: T;
  headers: Partial<Record<string, string | number | undefined>> & {
    etag?: string | undefined;
    date?: string | undefined;
    link?: string | undefined;
  };
}

/** Options of every write. A client that repeats a POST makes twins; whoever asked looks first and asks again. */
export interface Once {
  request: { retries: 0 };
}
const once: Once = { request: { retries: 0 } };

/** Headers of a conditional read; a 304 costs nothing of the rate limit. */
export type Conditional = Record<string, string>;

export interface PageOf {
  per_page: number;
  page: number;
  headers: Conditional;
}

const keptAnswers = 500;
const perPage = 100;
/** 10,000 items: far beyond what a desk holds, and an end to a listing that never ends. */
const pagesMax = 100;

/**
 * Calls of one repository's forge: conditional reads, writes that go out once, silence while GitHub asks for it,
 * and every failure turned into a `SignalboxError` of kind `forge` or `config`.
 */
export class Api {
  readonly octokit: Octokit;
  /** Spread into every call. */
  readonly at: { owner: string; repo: string };
  readonly time: ForgeTime;
  readonly clock: Clock;
  readonly #log: Log;
  readonly #kept = new Map<string, { etag: string; answer: Answer<unknown> }>();
  #silentUntilMs = 0;
  #rateLimit: RateLimit | null = null;

  constructor(options: { octokit: Octokit; owner: string; repo: string; clock: Clock; log: Log }) {
    this.octokit = options.octokit;
    this.at = { owner: options.owner, repo: options.repo };
    this.clock = options.clock;
    this.#log = options.log;
    this.time = new ForgeTime(options.clock);
  }

  /** What is left of the hour's calls, as the last answer told. */
  get rateLimit(): RateLimit | null {
    return this.#rateLimit;
  }

  /** One GET. `key` names what is read, for the ETag's sake and in errors: "issue 7". */
  async read<T>(key: string, call: (headers: Conditional) => Promise<Answer<T>>): Promise<T> {
    return (await this.answer(key, call)).data;
  }

  /** As `read`, with status and headers. */
  async answer<T>(key: string, call: (headers: Conditional) => Promise<Answer<T>>): Promise<Answer<T>> {
    const kept = this.#kept.get(key);
    try {
      const answer = await this.#listen(() => call(kept ? { 'if-none-match': kept.etag } : {}));
      this.#keep(key, answer);
      return answer;
    } catch (error) {
      if (kept && failureOf(error).status === 304) {
        this.#keep(key, kept.answer); // so that what is asked for again and again outlasts what is asked for once
        return kept.answer as Answer<T>;
      }
      throw worldError(error, `read ${key}`, this.time.now());
    }
  }

  /**
   * Every item of a paged listing, in GitHub's order. `items` leaves none of a page out: a full page has a next one,
   * whatever its headers say, since those of a kept answer are as old as it is. No page is read after one that is
   * `enough`.
   */
  async readAll<T, I>(
    key: string,
    call: (page: PageOf) => Promise<Answer<T>>,
    items: (data: T) => I[],
    isEnough: (found: readonly I[]) => boolean = () => false,
  ): Promise<I[]> {
    const all: I[] = [];
    for (let page = 1; page <= pagesMax; page++) {
      const answer = await this.answer(`${key}, page ${page}`, (headers) =>
        call({ per_page: perPage, page, headers }),
      );
      const found = items(answer.data);
      all.push(...found);
      if (isEnough(found)) return all;
      if (found.length < perPage && !answer.headers.link?.includes('rel="next"')) return all;
    }
    this.#log.warn('a listing was cut', {
      listing: key,
      repository: `${this.at.owner}/${this.at.repo}`,
      kept: all.length,
    });
    return all;
  }

  /** One write, sent once. `doing`: "comment on issue 7". */
  async write<T>(doing: string, call: (once: Once) => Promise<Answer<T>>): Promise<T> {
    try {
      return (await this.#listen(() => call(once))).data;
    } catch (error) {
      throw worldError(error, doing, this.time.now());
    }
  }

  /** As `write`, but the failure is the caller's to read. Used where a status is an answer (dispatch, cancel). */
  async writeRaw<T>(
    call: (once: Once) => Promise<Answer<T>>,
    options: { evenIfSilent?: boolean } = {},
  ): Promise<T> {
    return (await this.#listen(() => call(once), options.evenIfSilent)).data;
  }

  /**
   * The value, or null where GitHub says 404. But 404 also is what an app without access gets for everything, and
   * "your tickets' issues are all deleted" must not follow from that: so the repository itself is asked too.
   */
  async orNull<T>(reading: Promise<T>): Promise<T | null> {
    try {
      return await reading;
    } catch (error) {
      if (!isWorldError(error, 'not-found')) throw error;
      await this.repository();
      return null;
    }
  }

  /** The repository as GitHub shows it, under whatever name it has now. */
  async repository(): Promise<{ id: number; full_name: string; default_branch: string; private: boolean }> {
    return this.read(`repository ${this.at.owner}/${this.at.repo}`, (headers) =>
      this.octokit.rest.repos.get({ ...this.at, headers }),
    );
  }

  async #listen<T>(call: () => Promise<Answer<T>>, evenIfSilent = false): Promise<Answer<T>> {
    const sent = this.clock.now();
    if (sent < this.#silentUntilMs && !evenIfSilent) {
      const seconds = Math.ceil((this.#silentUntilMs - sent) / 1000);
      throw new SignalboxError(
        'forge',
        'rate-limited',
        `GitHub's rate limit is used up for ${seconds} s more`,
      );
    }
    try {
      const answer = await call();
      this.time.heard(answer.headers.date, sent);
      this.#rateLimit = rateLimitOf(answer.headers) ?? this.#rateLimit;
      return answer;
    } catch (error) {
      const failure = failureOf(error);
      this.time.heard(failure.headers.date, sent);
      this.#rateLimit = rateLimitOf(failure.headers) ?? this.#rateLimit;
      const wait = rateLimitSeconds(failure, this.time.now());
      if (wait !== null) this.#silentUntilMs = this.clock.now() + wait * 1000;
      throw error;
    }
  }

  #keep(key: string, answer: Answer<unknown>): void {
    this.#kept.delete(key);
    if (!answer.headers.etag) return;
    this.#kept.set(key, { etag: answer.headers.etag, answer });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptAnswers) break;
      this.#kept.delete(oldest);
    }
  }
}

function rateLimitOf(headers: Partial<Record<string, string | number | undefined>>): RateLimit | null {
  const [limit = 0, remaining = 0, reset = 0] = ['limit', 'remaining', 'reset'].map((name) =>
    Number(headers[`x-ratelimit-${name}`]),
  );
  return Number.isFinite(limit) && limit > 0 ? { limit, remaining, reset: reset * 1000 } : null;
}
