import type { Context, Hono } from 'hono';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { ActionsControls } from './actions/controls.ts';
import type { CheckConclusion, CheckStatus } from './judged/rows.ts';

/** The seam between the embedded forge (repositories, people, tokens, webhooks) and its Actions. */

/** A permission as GitHub names it for apps and job tokens. */
export type PermissionLevel = 'read' | 'write';
export type Permissions = Readonly<Record<string, PermissionLevel>>;

/** Who makes a request. */
export interface Actor {
  /** `lucienne`, `signalbox[bot]`, `github-actions[bot]`. */
  login: string;
  id: number;
  type: 'User' | 'Bot';
}

export interface RepositoryFacts {
  id: number;
  /** `owner/name` */
  full_name: string;
  default_branch: string;
  /** The bare repository on disk. */
  gitDir: string;
}

/** A small persistent map: a put is on disk (in the page cache) when the call returns, and so survives `kill -9`. */
export interface Table<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  delete(key: string): void;
  values(): T[];
}

/** A job as a check run of the commit at which it runs. */
export interface JobCheck {
  id: number;
  /** The run's id. */
  suite: number;
  name: string;
  sha: string;
  branch: string;
  status: CheckStatus;
  conclusion: CheckConclusion | null;
  started: string;
  completed: string | null;
  page: string;
}

/** What Actions may ask of the forge around it. */
export interface Host {
  clock: Clock;
  random: Random;
  log: Log;
  /** Folder for logs, work trees and whatever else Actions keeps. */
  dataFolder: string;
  /** `http://127.0.0.1:<port>` without a trailing slash; valid once the server listens. */
  url(): string;
  table<T>(name: string): Table<T>;
  /** The next number of a named counter, persistent; run ids and job ids come from here. */
  nextId(counter: string): number;
  /** By name, or by id: a repository may be renamed while its runs go on. */
  repository(which: string | number): RepositoryFacts | undefined;
  /** The person or bot behind `login`, as embedded in payloads (GitHub's `simple-user`). */
  userJson(login: string): Record<string, unknown>;
  /** GitHub's `minimal-repository`/`full-repository` object. */
  repositoryJson(fullName: string): Record<string, unknown>;
  /** Checks the request's token for a permission on a repository; throws an `HttpError` (401, 403, 404). */
  authorize(c: Context, fullName: string, permission: string, level: PermissionLevel): Actor;
  /** A `GITHUB_TOKEN` for one job: acts as `github-actions[bot]`, ends with `revoke`. */
  mintJobToken(fullName: string, permissions: Permissions): { token: string; revoke(): void };
  /** Ends a job's token that an earlier process minted. */
  revokeJobToken(token: string): void;
  /** Queues a webhook to every subscribed app. `payload` lacks `repository`, `sender` and `installation`: the host adds them. */
  emit(fullName: string, event: string, payload: Record<string, unknown>, sender: string): void;
  /** Shows a job as a check run of its commit, under the job's own id; GitHub's own app is who judges. */
  showCheck(fullName: string, check: JobCheck, sender: string): void;
  /**
   * Takes a planted misbehaviour that the service itself has to play, by the route's pattern: `before` is "answer
   * success and do nothing". Failing before and losing the answer after the work is done for every route by the
   * forge (see gate.ts), so a service need not ask for those.
   */
  misbehave(route: string): 'none' | 'before' | 'after';
}

/** GitHub's error answer: `{message, documentation_url, errors?}` with a status. */
export class HttpError extends Error {
  readonly status: number;
  readonly errors: unknown[] | undefined;
  constructor(status: number, message: string, errors?: unknown[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

/** One ref moved by a push, as `push` events carry it. A new or deleted ref has 40 zeros on its other side. */
export interface PushedRef {
  /** `refs/heads/main`; custom refs may be passed, they start nothing. */
  ref: string;
  before: string;
  after: string;
  forced: boolean;
  /** Who pushed. A push by a job's token starts no workflow (GitHub's guard against loops). */
  actor: Actor;
}

/** What the forge mounts. */
export interface ActionsService {
  /** What tests may do to Actions beside the API: hold runs, lose a runner, read a live log, set secrets. */
  controls: ActionsControls;
  /** To be called for every ref moved by a push (git or REST), after it moved: starts `on: push` workflows. Never throws. */
  pushed(fullName: string, push: PushedRef): void;
  /** Adds the Actions routes to `app` (base path `/api/v3`): `/repos/:owner/:repo/actions/...`; and pages for browsers to `site`. */
  mount(app: Hono, site: Hono): void;
  /** Finds and ends agents left over by an earlier process, concludes their runs. Called once before listening. */
  recover(): Promise<void>;
  /** Cancels what runs, kills every process, waits until all are gone. */
  close(): Promise<void>;
}
