import { ProbotOctokit } from 'probot';
import type { Clock } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Octokit } from './api.ts';
import { worldError } from './failures.ts';
import type { AppIdentity } from './identity.ts';
import { timedFetch } from './timed-fetch.ts';

export interface GithubAppOptions {
  appId: number;
  /** PEM. */
  privateKey: string;
  /** `https://api.github.com`, or `http://127.0.0.1:3001/api/v3`. */
  apiUrl: string;
  /** False only where the server is our own: github.com wants at most a write a second, a comment every three. */
  paced: boolean;
  clock: Clock;
  log: Log;
}

/** A repository that an installation reaches. Archived ones are left out: nothing can be written there. */
export interface InstalledRepository {
  id: number;
  owner: string;
  repo: string;
}

/** One attempt to deliver an event; all attempts of one event have its GUID. `at` is in milliseconds. */
interface DeliveryAttempt {
  id: number;
  guid: string;
  at: number;
  /** Answered with 2xx, in time. */
  ok: boolean;
  /** Not the first attempt. */
  again: boolean;
}

export interface InstallationClients {
  /** Paced for this installation alone; what one customer's storm costs is not taken from another's. */
  octokit: Octokit;
  cancelOctokit: Octokit;
  /** A token for git, good for some minutes at least. */
  token(): Promise<string>;
}

/** GitHub as the app itself sees it: who it is, where it is installed, and clients for each installation. */
export interface GithubApp {
  identity(): Promise<AppIdentity>;
  /** Suspended installations are left out. */
  installations(): Promise<{ id: number; repositories: InstalledRepository[] }[]>;
  clients(installation: number): InstallationClients;
  /** A page of the app's delivery log, newest first; `older` is the next one's cursor, null at the end. */
  deliveries(cursor: string | null): Promise<{ attempts: DeliveryAttempt[]; older: string | null }>;
  /** Has a delivery sent once more. */
  redeliver(id: number): Promise<void>;
  /** When the app was installed, in milliseconds. */
  installedAt(installation: number): Promise<number>;
}

/** Answers that a client may not ask again about by itself. 409 and 429 are added to the plugin's list: a lost race
 * stalls for 14 seconds otherwise, and a rate limit is asked again after one second, whatever it says (measured). */
const neverAgain = [400, 401, 403, 404, 409, 410, 422, 429, 451];

export function makeGithubApp(options: GithubAppOptions): GithubApp {
  const { appId, privateKey, apiUrl, clock } = options;
  const never = () => false;
  const common = {
    baseUrl: apiUrl,
    log: octokitLog(options.log),
    retry: { retries: 1, doNotRetry: neverAgain }, // timers look again anyway
    request: { fetch: timedFetch(clock) },
  };
  const unpaced = { enabled: false };
  const app = new ProbotOctokit({ ...common, throttle: unpaced, auth: { appId, privateKey } });
  const known = new Map<number, InstallationClients>();

  const makeClients = (installationId: number): InstallationClients => {
    const paced = {
      enabled: true,
      id: `${apiUrl} ${installationId}`,
      onRateLimit: never,
      onSecondaryRateLimit: never,
    };
    const auth = { appId, privateKey, installationId };
    const octokit = new ProbotOctokit({ ...common, auth, throttle: options.paced ? paced : unpaced });
    const cancelOctokit = new ProbotOctokit({
      ...common,
      auth,
      throttle: unpaced,
      retry: { enabled: false },
    });
    const token = () => freshToken(cancelOctokit, installationId, clock);
    return { octokit, cancelOctokit, token };
  };

  const clients = (installation: number): InstallationClients => {
    const made = known.get(installation) ?? makeClients(installation);
    known.set(installation, made);
    return made;
  };

  return {
    clients,
    ...deliveryCalls(app, clock),
    async installedAt(installation) {
      const asked = app.rest.apps.getInstallation({ installation_id: installation });
      return Date.parse((await told('read the installation', clock, asked)).data.created_at);
    },
    async identity() {
      await checkKey(app);
      const { data } = await told('read the app', clock, app.rest.apps.getAuthenticated());
      if (!data?.slug) throw new SignalboxError('config', 'bad-credentials', `GitHub knows no app ${appId}`);
      return { id: data.id, slug: data.slug };
    },
    async installations() {
      const listing = app.paginate(app.rest.apps.listInstallations, { per_page: 100 });
      const all = await told('list installations', clock, listing);
      const active = all.filter(({ suspended_at }) => !suspended_at);
      const found: { id: number; repositories: InstalledRepository[] }[] = [];
      for (const { id } of active) {
        try {
          found.push({ id, repositories: await repositoriesOf(clients(id), clock) });
        } catch (error) {
          // One that was lost since the listing must not hide the others; where GitHub itself fails, nothing is known.
          if (!(error instanceof SignalboxError) || error.kind !== 'config') throw error;
          options.log.warn('an installation cannot be used', { installation: id, error });
        }
      }
      return found;
    },
  };
}

/** The log of an app's webhook, by the app's own token. */
function deliveryCalls(app: ProbotOctokit, clock: Clock): Pick<GithubApp, 'deliveries' | 'redeliver'> {
  return {
    async deliveries(cursor) {
      const from = cursor === null ? {} : { cursor };
      const listing = app.rest.apps.listWebhookDeliveries({ per_page: 100, ...from });
      const { data, headers } = await told('read the delivery log', clock, listing);
      const next = /<([^>]+)>; *rel="next"/.exec(headers.link ?? '')?.[1];
      const attempts = data.map(({ id, guid, delivered_at, status_code, redelivery }) => ({
        id,
        guid,
        at: Date.parse(delivered_at),
        ok: status_code >= 200 && status_code < 300,
        again: redelivery,
      }));
      return { attempts, older: next === undefined ? null : new URL(next).searchParams.get('cursor') };
    },
    async redeliver(id) {
      const once = { request: { retries: 0 } };
      const asked = app.rest.apps.redeliverWebhookDelivery({ delivery_id: id, ...once });
      await told(`send delivery ${id} again`, clock, asked);
    },
  };
}

/** Signing fails with whatever the crypto library says; which setting is wrong, it does not say. */
async function checkKey(app: ProbotOctokit): Promise<void> {
  try {
    await app.auth({ type: 'app' });
  } catch (cause) {
    const hint = 'Set PRIVATE_KEY to the whole PEM file that GitHub gave for the app, line breaks included.';
    throw new SignalboxError('config', 'bad-private-key', 'the private key cannot sign', { hint, cause });
  }
}

async function repositoriesOf(
  { octokit }: InstallationClients,
  clock: Clock,
): Promise<InstalledRepository[]> {
  const found: InstalledRepository[] = [];
  for (let page = 1; ; page++) {
    const listing = octokit.rest.apps.listReposAccessibleToInstallation({ per_page: 100, page });
    const { data } = await told('list repositories', clock, listing);
    for (const { id, name, owner, archived } of data.repositories) {
      if (!archived) found.push({ id, owner: owner.login, repo: name });
    }
    if (page * 100 >= data.total_count) return found;
  }
}

/** The client's cached token has a minute left at worst, so one that ends soon is asked for anew. */
async function freshToken(octokit: ProbotOctokit, installationId: number, clock: Clock): Promise<string> {
  const ask = async (refresh: boolean) =>
    (await octokit.auth({ type: 'installation', installationId, refresh })) as {
      token: string;
      expiresAt: string;
    };
  const had = await told('get a token for git', clock, ask(false));
  if (Date.parse(had.expiresAt) - clock.now() > 10 * 60_000) return had.token;
  return (await told('get a token for git', clock, ask(true))).token;
}

async function told<T>(doing: string, clock: Clock, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw worldError(error, doing, clock.now());
  }
}

/** Octokit speaks of retries and deprecations; each request is not worth a line. */
function octokitLog(log: Log) {
  const silent = () => {};
  return {
    debug: silent,
    info: silent,
    warn: (message: unknown) => log.warn('octokit', { said: String(message) }),
    error: (message: unknown) => log.debug('octokit', { said: String(message) }),
  };
}
