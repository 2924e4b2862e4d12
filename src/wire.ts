import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { Share } from './app/share.ts';
import { type AppSights, type RunningApp, startApp } from './app/start.ts';
import type { Clock } from './base/clock.ts';
import { isoSeconds, steady } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Random } from './base/random.ts';
import { Board } from './board/board.tsx';
import { makeOperator } from './engine/operator.ts';
import { makeSettings } from './engine/settings.ts';
import { Tellers } from './engine/tellers.ts';
import { makeForge } from './forge/forge.ts';
import { makeGithubApp } from './forge/github-app.ts';
import { makeOAuth } from './forge/oauth.ts';
import { makePost, makePublicPost } from './outward/post.ts';
import { makeReceivers, type OutboundSettings } from './outward/receivers.ts';
import { openGitStore } from './store/git-store.ts';
import type { Ticket } from './ticket/format.ts';

/*
 * The one place where parts meet: adapters are made here and handed to the engine, the engine to the app.
 */

export interface BoardSettings {
  /** The app's own, by which GitHub tells who somebody is; without them the board shows nothing. */
  oauth: { clientId: string; clientSecret: string } | null;
  /** Where people reach it, where that is not the address that the app listens on. */
  url?: string | undefined;
  /** Who may read `/metrics`. */
  metrics: 'everybody' | { token: string } | null;
}

export interface ServeOptions {
  appId: number;
  /** PEM. */
  privateKey: string;
  webhookSecret: string | undefined;
  /** `https://api.github.com`, or the embedded GitHub's `<url>/api/v3`. */
  apiUrl: string;
  /** Where git and people go: `https://github.com`, or the embedded GitHub's own address. */
  webUrl: string;
  /** Port and address to listen on; port 0 picks a free one. */
  port: number;
  host?: string;
  /** Folder for the mirrors of state branches. They can be thrown away. */
  dataFolder: string;
  /** False only for a server of our own: github.com wants calls paced and pushes gathered. */
  paced: boolean;
  /** Attempts at the same time over all repositories, shared fairly; as many as each repository allows where absent. */
  capacity?: number | undefined;
  intervals?: { head?: number; sweep?: number };
  board?: BoardSettings;
  /** Who is told of each transition, beside those of the repositories' configs. */
  outbound?: OutboundSettings;
  clock: Clock;
  random: Random;
  log: Log;
  /** Told of every ticket that changed. */
  watch?: (ticket: Ticket) => void;
}

/** About six pushes a minute is what GitHub likes; urgent ones do not wait for this. Milliseconds. */
const gatherMs = 10_000;

/** A cursor of those who are told is a push, too. Milliseconds. */
const moveToldMs = 30_000;

const noOutbound: OutboundSettings = { receivers: {}, mayBeInternal: false, secret: () => null };

/** Starts the app on a GitHub, real or embedded, and serves every repository where it is installed. */
export async function serve(options: ServeOptions): Promise<RunningApp> {
  const { random, log, apiUrl, webUrl, board } = options;
  const clock = steady(options.clock);
  const github = makeGithubApp({ ...options }); // what says when a token ends is the wall's clock
  const identity = await github.identity();
  const share = options.capacity === undefined ? null : new Share(options.capacity, clock);
  const posts = { public: makePublicPost(clock), any: makePost(clock) };
  return startApp({
    ...options,
    githubUrl: apiUrl,
    github,
    ...(board ? { pages: (sights: AppSights) => boardOf(options, board, sights) } : {}),
    async operators({ id: installation }, { id, owner, repo }) {
      const { octokit, cancelOctokit, token } = github.clients(installation);
      const forge = makeForge({ octokit, cancelOctokit, owner, repo, app: identity, clock, log });
      const { config, broken: configBroken } = makeSettings(forge, { clock, log });
      const store = await openGitStore({
        folder: join(options.dataFolder, 'mirrors', `${id}.git`),
        remote: `${webUrl}/${owner}/${repo}.git`,
        branch: (await config()).branch,
        token,
        author: {
          name: `${identity.slug}[bot]`,
          email: `${identity.id}+${identity.slug}[bot]@users.noreply.github.com`,
        },
        clock: forge,
        random,
        log,
      });
      const installedAt = isoSeconds(await github.installedAt(installation));
      const gather = options.paced ? { gatherMs } : {};
      const seat = share ? { seat: share.join(`${owner}/${repo}`) } : {};
      const { outbound: settings = noOutbound } = options;
      const repository = `${owner}/${repo}`;
      const tellers = new Tellers({
        store,
        config,
        receivers: makeReceivers({ settings, repository, posts, clock }),
        where: { repository, branch: (await config()).branch },
        moveEveryMs: options.paced ? moveToldMs : 1_000,
        clock,
        log,
      });
      const watch = options.watch ? { watch: options.watch } : {};
      return makeOperator({
        store,
        forge,
        config,
        configBroken,
        clock,
        random,
        log,
        installedAt,
        ...gather,
        ...watch,
        ...seat,
        tellers,
      });
    },
  });
}

function boardOf(options: ServeOptions, board: BoardSettings, sights: AppSights): Board {
  const { privateKey, webUrl, apiUrl, clock, random, log } = options;
  const { oauth, metrics } = board;
  return new Board({
    ...sights,
    url: (board.url ?? sights.url).replace(/\/+$/, ''),
    webUrl,
    signIn: oauth && makeOAuth({ ...oauth, webUrl, apiUrl, clock }),
    metrics,
    // The same for every process of the app, and of no use to know anything else by.
    secret: createHmac('sha256', privateKey).update('sessions of the board').digest('hex'),
    clock,
    random,
    log,
  });
}
