import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Probot } from 'probot';
import type { Clock } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { makeApp } from './app.ts';
import type { Desk, Intervals, MakeOperator, Repository } from './desk.ts';
import { Desks } from './desks.ts';
import { Door, type DoorLimits } from './door.ts';
import { type DeliveryLog, type DeliveryNumbers, Redelivery } from './redelivery.ts';
import { repeat } from './repeat.ts';
import { checkSecret } from './secret.ts';

/** What the app asks GitHub about itself. */
export interface AppGithub extends DeliveryLog {
  identity(): Promise<{ id: number; slug: string }>;
  installations(): Promise<{ id: number; repositories: Repository[] }[]>;
}

/** What pages for people are made of. */
export interface AppSights {
  /** Where the app listens. */
  url: string;
  desks(): readonly Desk[];
  deliveries(): DeliveryNumbers;
}

/** Pages for people, at every path that is no webhook's. */
export interface Pages {
  listener: RequestListener;
  /** Ends answers that would go on for ever. */
  close(): void;
}

export interface AppOptions {
  appId: number;
  /** PEM. */
  privateKey: string;
  webhookSecret: string | undefined;
  /** API base, e.g. `http://127.0.0.1:3001/api/v3`; github.com where left out. */
  githubUrl?: string;
  /** 0 picks a free one. */
  port: number;
  /** `127.0.0.1` where left out; containers want `0.0.0.0`. */
  host?: string;
  github: AppGithub;
  operators: MakeOperator;
  pages?: (sights: AppSights) => Pages;
  intervals?: Partial<Intervals>;
  limits?: Partial<DoorLimits>;
  clock: Clock;
  log: Log;
}

export interface RunningApp {
  /** Without a trailing slash; webhooks go to `/api/github/webhooks` below it. */
  url: string;
  /** Takes no more deliveries, ends those it has, and closes every operator. */
  close(): Promise<void>;
}

const usualIntervals: Intervals = { head: 10_000, sweep: 3 * 60_000 };
const usualLimits: DoorLimits = { answerWithinMs: 8_000, bodyBytesMax: 25 * 1024 * 1024 };

/**
 * Starts the app: listens, then serves every repository where it is installed, a sweep first. Rejects for a secret
 * that is unset or weak, for credentials that GitHub refuses, and for a port that is taken.
 */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const { github, clock, log } = options;
  const secret = checkSecret(options.webhookSecret);
  const { slug } = await github.identity();
  const intervals = { ...usualIntervals, ...options.intervals };
  const limits = { ...usualLimits, ...options.limits };

  const installations = () => github.installations();
  const desks = new Desks({ operators: options.operators, installations, intervals, clock, log });
  const probot = await loadProbot(options, secret, makeApp({ desks, slug, log }));

  let ready = false;
  const refresh = async () => {
    await desks.refresh();
    ready = true;
  };
  let pages: Pages = noPages;
  const listener: RequestListener = (request, response) => pages.listener(request, response);
  const door = new Door({ probot, limits, ready: () => ready, pages: listener, clock, log });
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, door.listener);
  const url = await listen(server, options.host ?? '127.0.0.1', options.port);

  const redelivery = new Redelivery({ github, clock, log });
  const sights = { url, desks: () => desks.all(), deliveries: () => redelivery.numbers };
  pages = options.pages?.(sights) ?? noPages;
  const close = async () => {
    for (const callOff of timers) callOff();
    await redelivery.close();
    pages.close();
    const closed = new Promise((resolve) => server.close(resolve));
    await door.drained();
    await desks.closeAll();
    server.closeAllConnections();
    await closed;
  };
  const failed = (error: unknown) => log.warn('cannot see where the app is installed', { error });
  const unsent = (error: unknown) => log.warn('failed deliveries cannot be asked for', { error });
  const timers = [
    repeat(clock, intervals.sweep, refresh, failed),
    repeat(clock, intervals.sweep, () => redelivery.pass(), unsent),
  ];
  try {
    await refresh();
    void redelivery.pass().catch(unsent);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, close };
}

const noPages: Pages = {
  listener: (_request, response) =>
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not-found"}\n'),
  close() {},
};

async function loadProbot(
  options: AppOptions,
  secret: string,
  app: (probot: Probot) => void,
): Promise<Probot> {
  const { appId, privateKey, githubUrl } = options;
  const base = githubUrl ? { baseUrl: githubUrl } : {};
  // What fails is logged by the door, once and with its delivery.
  const probot = new Probot({ appId, privateKey, secret, logLevel: 'fatal', ...base });
  await probot.load(app, { cwd: process.cwd(), addHandler: () => {} });
  return probot;
}

/** Probot's own server listens on 3000 where it is asked for a free port, so this one is ours. */
async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message =
        cause.code === 'EADDRINUSE' ? `port ${port} is taken` : `cannot listen: ${cause.message}`;
      reject(
        new SignalboxError('config', 'cannot-listen', message, {
          hint: 'Choose another with --port.',
          cause,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
}
