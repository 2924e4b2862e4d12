import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterEach } from 'vitest';
import type { Repository } from '../../src/app/desk.ts';
import { type AppOptions, type RunningApp, startApp } from '../../src/app/start.ts';
import type { Clock } from '../../src/base/clock.ts';
import { type Log, silentLog } from '../../src/base/log.ts';
import type { Comment, Operator, Run } from '../../src/engine/ports.ts';

export const secret = 'a-secret-that-nobody-has-guessed-yet';
export const desk: Repository = { id: 90001, owner: 'acme', repo: 'desk' };
export const installation = 5001;

/** A clock moved by hand, whose timers come when it passes them. */
export class HandClock implements Clock {
  #now = Date.parse('2026-05-25T09:00:00Z');
  readonly #timers = new Set<{ at: number; ms: number; fn: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + ms, ms, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  move(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers].filter(({ at }) => at <= this.#now)) {
      this.#timers.delete(timer);
      timer.fn();
    }
  }

  /** How many timers of `ms` wait: an arrived delivery has one of the door's time limit. */
  waiting(ms: number): number {
    return [...this.#timers].filter((timer) => timer.ms === ms).length;
  }
}

/** An operator that does nothing but write down what it was asked, and may be stopped on the way. */
export class RecordingOperator implements Operator {
  /** `issue 7`, `head`, `sweep` …, when they began. */
  readonly begun: string[] = [];
  readonly ended: string[] = [];
  /** What every look awaits; replace it to hold or fail them. */
  look: (name: string) => Promise<void> = async () => {};

  lookAtIssue = (number: number) => this.#record(`issue ${number}`);
  lookAtComment = (issue: number, comment: Comment) =>
    this.#record(`comment ${issue} ${comment.id} ${comment.author}`);
  lookAtHead = () => this.#record('head');
  lookAtRun = (run: Run) => this.#record(`run ${run.id} ${run.status}`);
  lookAtBranch = (branch: string) => this.#record(`branch ${branch}`);
  lookAtChecks = () => this.#record('checks');
  issueGone = (number: number, how: string, actor: string, at: string) =>
    this.#record(`gone ${number} ${how} ${actor} ${at}`);
  sweep = () => this.#record('sweep');
  settled = async () => {};
  get panel(): never {
    throw new Error('the app shows nothing');
  }
  close = () => this.#record('close');
  handle = () => Promise.reject(new Error('the app decides nothing'));

  /** What was asked, without the sweep that every desk begins with. */
  get asked(): string[] {
    return this.begun.filter((name) => name !== 'sweep');
  }

  async #record(name: string): Promise<void> {
    this.begun.push(name);
    await this.look(name);
    this.ended.push(name);
  }
}

export interface World {
  app: RunningApp;
  clock: HandClock;
  operator: RecordingOperator;
  /** Every operator made, by the repository's name at that time. */
  made: {
    name: string;
    operator: RecordingOperator /** when all earlier ones were closed */;
    alone: boolean;
  }[];
  installations: { id: number; repositories: Repository[] }[];
}

const running: RunningApp[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()));
});

export async function startWorld(over: Partial<AppOptions> = {}, log: Log = silentLog): Promise<World> {
  const clock = new HandClock();
  const made: World['made'] = [];
  const installations = [{ id: installation, repositories: [desk] }];
  const app = await startApp({
    appId: 7,
    privateKey: 'the app signs nothing in these tests',
    webhookSecret: secret,
    githubUrl: 'http://127.0.0.1:9/api/v3',
    port: 0,
    github: {
      identity: async () => ({ id: 7, slug: 'signalbox' }),
      installations: async () => installations,
      deliveries: async () => ({ attempts: [], older: null }),
      redeliver: async () => {},
    },
    operators: async (_, { owner, repo }) => {
      const operator = new RecordingOperator();
      const alone = made.every(({ operator: earlier }) => earlier.ended.includes('close'));
      made.push({ name: `${owner}/${repo}`, operator, alone });
      return operator;
    },
    clock,
    log,
    ...over,
  });
  running.push(app);
  if (!over.operators) await until(() => made[0]?.operator.ended.includes('sweep'));
  const operator = made[0]?.operator ?? new RecordingOperator();
  return { app, clock, operator, made, installations };
}

/** Waits for a condition, a turn of the event loop at a time. */
export async function until(condition: () => unknown): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** A promise to be settled from outside. */
export function gate(): { passed: Promise<void>; open(): void; fail(error: Error): void } {
  let open = () => {};
  let fail = (_: Error) => {};
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  passed.catch(() => {});
  return { passed, open, fail };
}

export interface Delivery {
  event: string;
  payload: Record<string, unknown>;
  guid?: string;
  /** Sent as they are, also where they are wrong. */
  headers?: Record<string, string | undefined>;
  /** The raw body, where it is not the payload's JSON. */
  body?: string;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** A webhook as GitHub sends it, signed, over a connection of its own. */
export function deliver(app: RunningApp, delivery: Delivery): Promise<Answer> {
  const body = delivery.body ?? JSON.stringify(delivery.payload);
  const headers = {
    'content-type': 'application/json',
    'x-github-event': delivery.event,
    'x-github-delivery': delivery.guid ?? randomUUID(),
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    ...delivery.headers,
  };
  const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  return post(`${app.url}/api/github/webhooks`, given as Record<string, string>, (send) => send.end(body));
}

export function post(
  url: string,
  headers: Record<string, string>,
  write: (send: ReturnType<typeof request>) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, body: text ? JSON.parse(text) : {} });
      });
    });
    sent.on('error', reject);
    write(sent);
  });
}

const repositoryJson = ({ id, owner, repo }: Repository) => ({
  id,
  name: repo,
  full_name: `${owner}/${repo}`,
  owner: { login: owner },
});

/** What every payload of a repository has beside its own. */
export const from = (login: string, repository: Repository = desk) => ({
  repository: repositoryJson(repository),
  installation: { id: installation },
  sender: { login, type: login.endsWith('[bot]') ? 'Bot' : 'User' },
});

export const issueEvent = (number: number, action = 'labeled', login = 'elmar'): Delivery => ({
  event: 'issues',
  payload: {
    action,
    issue: { number, updated_at: '2026-05-25T09:12:00Z' },
    label: { name: 'park' },
    ...from(login),
  },
});
