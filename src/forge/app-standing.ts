import { ProbotOctokit } from 'probot';
import type { Clock } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import type { AppStanding, Granted } from '../setup/facts.ts';
import type { Octokit } from './api.ts';
import { isWorldError, worldError } from './failures.ts';
import { timedFetch } from './timed-fetch.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** How many deliveries are looked at. */
const newest = 10;

/** How an app stands that may work a repository, as it sees itself; and a client with its rights there, if it has any. */
export async function appStanding(options: {
  appId: number;
  privateKey: string;
  apiUrl: string;
  owner: string;
  repo: string;
  clock: Clock;
}): Promise<{ standing: AppStanding; octokit: Octokit | null }> {
  const { appId, privateKey, apiUrl, owner, repo, clock } = options;
  const common = { baseUrl: apiUrl, log: silent, throttle: { enabled: false }, retry: { enabled: false } };
  const request = { fetch: timedFetch(clock) };
  const app = new ProbotOctokit({ ...common, request, auth: { appId, privateKey } });
  const told = async <T>(doing: string, call: Promise<{ data: T }>): Promise<T> => {
    try {
      return (await call).data;
    } catch (error) {
      throw worldError(error, doing, clock.now());
    }
  };
  const itself = await told('read the app', app.rest.apps.getAuthenticated());
  if (!itself) throw new SignalboxError('config', 'bad-credentials', `GitHub knows no app ${appId}`);
  const installation = await told(
    'read the installation',
    app.rest.apps.getRepoInstallation({ owner, repo }),
  ).catch((error) => {
    if (isWorldError(error, 'not-found')) return null;
    throw error;
  });
  const hook = await told('read the webhook', app.rest.apps.getWebhookConfigForApp());
  const log = await told('read the delivery log', app.rest.apps.listWebhookDeliveries({ per_page: newest }));
  const deliveries = log.map(({ delivered_at, status_code }) => ({
    at: delivered_at,
    isTaken: status_code >= 200 && status_code < 300,
    status: status_code,
  }));
  const standing: AppStanding = {
    slug: itself.slug ?? String(itself.id),
    registered: grantedOf(itself),
    installed: installation && {
      ...grantedOf(installation),
      isSuspended: installation.suspended_at !== null,
    },
    webhook: {
      url: hook.url ?? '',
      hasSecret: Boolean(hook.secret),
      isVerified: Number(hook.insecure_ssl ?? 0) === 0,
    },
    deliveries,
  };
  if (!installation) return { standing, octokit: null };
  const auth = { appId, privateKey, installationId: installation.id };
  return { standing, octokit: new ProbotOctokit({ ...common, request, auth }) };
}

function grantedOf({ permissions, events }: { permissions: object; events: string[] }): Granted {
  return { permissions: { ...(permissions as Record<string, string>) }, events };
}
