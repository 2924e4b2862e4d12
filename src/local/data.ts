import type { Clock } from '../base/clock.ts';
import { isoSeconds } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { firstIds } from './first-ids.ts';
import type { Permissions, Table } from './host.ts';
import { Tables } from './table.ts';

/** What the embedded GitHub remembers. Times are ISO 8601 in whole seconds, as GitHub's. */

export type Role = 'admin' | 'maintain' | 'write' | 'triage' | 'read';

export interface UserRow {
  login: string;
  id: number;
  type: 'User' | 'Bot' | 'Organization';
  created: string;
}

/** A credential. Rows live in a 0600 file: like the real thing, whoever reads it has the keys. */
export type TokenRow =
  | { kind: 'personal'; token: string; login: string }
  | {
      kind: 'installation';
      token: string;
      installation: number;
      permissions: Permissions;
      /** Ids; null stands for every repository of the installation. */
      repositories: number[] | null;
      /** Milliseconds since the epoch. */
      expires: number;
    }
  /** An app's, by word of a person: it says who they are. */
  | { kind: 'user'; token: string; login: string; app: number; expires: number }
  | { kind: 'job'; token: string; repository: number; permissions: Permissions; expires: number };

export interface AppRow {
  id: number;
  slug: string;
  name: string;
  owner: string;
  events: string[];
  permissions: Permissions;
  publicKey: string;
  webhookUrl: string | null;
  webhookSecret: string;
  /** By which it asks who people are, once a secret was made for that. */
  oauth?: { clientId: string; secrets: string[]; callbacks: string[] };
  created: string;
}

export interface InstallationRow {
  id: number;
  app: number;
  account: string;
  repositories: number[];
  created: string;
  updated: string;
}

export interface RepositoryRow {
  id: number;
  owner: string;
  name: string;
  private: boolean;
  archived: boolean;
  description: string | null;
  defaultBranch: string;
  collaborators: Readonly<Record<string, Role>>;
  /** Names that it had before, in lower case: they answer with a redirect. */
  formerNames: string[];
  created: string;
  updated: string;
  pushed: string;
}

export interface PullPart {
  head: string;
  /** The head branch's commit when it was last seen open. */
  headSha: string;
  base: string;
  baseSha: string;
  draft: boolean;
  merged: { at: string; by: string; sha: string } | null;
  size: { commits: number; additions: number; deletions: number; files: number };
}

export type StateReason = 'completed' | 'not_planned' | 'duplicate' | 'reopened';

export interface IssueRow {
  id: number;
  repo: number;
  number: number;
  title: string;
  body: string | null;
  user: string;
  state: 'open' | 'closed';
  stateReason: StateReason | null;
  labels: number[];
  assignees: string[];
  comments: number;
  created: string;
  updated: string;
  closed: { at: string; by: string } | null;
  /** Slug of the app through which it was made. */
  app: string | null;
  /** Why it is gone: `deleted`, or the issue that it became. */
  gone?: 'deleted' | { repo: number; number: number };
  pull?: PullPart;
}

export interface LabelRow {
  id: number;
  repo: number;
  name: string;
  color: string;
  description: string | null;
}

export interface CommentRow {
  id: number;
  repo: number;
  issue: number;
  body: string;
  user: string;
  created: string;
  updated: string;
  app: string | null;
}

export interface EventRow {
  id: number;
  repo: number;
  issue: number;
  event: string;
  actor: string;
  created: string;
  app: string | null;
  label?: { name: string; color: string };
  assignee?: string;
  rename?: { from: string; to: string };
  stateReason?: StateReason | null;
  /** The commit whose message closed the issue. */
  commit?: string;
}

export interface ReactionRow {
  id: number;
  repo: number;
  /** `issue:7` or `comment:31` */
  subject: string;
  content: string;
  user: string;
  created: string;
}

export type ActivityType = 'push' | 'force_push' | 'branch_creation' | 'branch_deletion' | 'pr_merge';

/** One move of one ref, of every ref, in the order in which they happened. Forty zeros stand for "no such ref". */
export interface ActivityRow {
  id: number;
  repo: number;
  ref: string;
  before: string;
  after: string;
  actor: string;
  at: string;
  type: ActivityType;
}

export interface DeliveryRow {
  id: number;
  guid: string;
  app: number;
  installation: number | null;
  repository: number | null;
  event: string;
  action: string | null;
  redelivery: boolean;
  /** The raw body as it was signed. */
  payload: string;
  /** When it was queued, and when it was sent. */
  queued: string;
  delivered: string | null;
  /** 0 while it is on its way. */
  statusCode: number;
  status: string;
  durationSeconds: number;
  requestHeaders: Record<string, string>;
  responseHeaders: Record<string, string>;
  responseBody: string;
}

/** Rules on branches. A ref of `include` is meant unless `exclude` names it too; `~ALL` and `~DEFAULT_BRANCH` are GitHub's. */
export interface RulesetRow {
  id: number;
  repo: number;
  name: string;
  enforcement: 'active' | 'disabled';
  include: string[];
  exclude: string[];
  rules: ('deletion' | 'non_fast_forward')[];
  created: string;
  updated: string;
}

/** Deliveries are kept for three days, as GitHub keeps them. */
const deliveryRetentionMs = 3 * 24 * 60 * 60 * 1000;

export interface Forge {
  clock: Clock;
  random: Random;
  log: Log;
  dataFolder: string;
  /** `http://127.0.0.1:<port>`; empty before the server listens. */
  origin: string;
  tables: Tables;
  users: Table<UserRow>;
  tokens: Table<TokenRow>;
  apps: Table<AppRow>;
  installations: Table<InstallationRow>;
  repositories: Table<RepositoryRow>;
  issues: Table<IssueRow>;
  labels: Table<LabelRow>;
  comments: Table<CommentRow>;
  events: Table<EventRow>;
  reactions: Table<ReactionRow>;
  activity: Table<ActivityRow>;
  deliveries: Table<DeliveryRow>;
  rulesets: Table<RulesetRow>;
  /** The present instant as GitHub writes it. */
  now(): string;
  nextId(counter: string): number;
}

/** Opens the tables of a data folder. Tokens whose time is over and deliveries past their retention are dropped. */
export function openForge(ports: { clock: Clock; random: Random; log: Log; dataFolder: string }): Forge {
  const tables = new Tables(`${ports.dataFolder}/tables`);
  const now = ports.clock.now();
  return {
    ...ports,
    origin: '',
    tables,
    users: tables.table('users'),
    tokens: tables.table<TokenRow>('tokens', (row) => row.kind === 'personal' || row.expires > now),
    apps: tables.table('apps'),
    installations: tables.table('installations'),
    repositories: tables.table('repositories'),
    issues: tables.table('issues'),
    labels: tables.table('labels'),
    comments: tables.table('comments'),
    events: tables.table('events'),
    reactions: tables.table('reactions'),
    activity: tables.table('activity'),
    rulesets: tables.table('rulesets'),
    deliveries: tables.table<DeliveryRow>(
      'deliveries',
      (row) => Date.parse(row.queued) > now - deliveryRetentionMs,
    ),
    now: () => isoSeconds(ports.clock.now()),
    nextId: (counter) => tables.nextId(counter, firstIds[counter]),
  };
}

export const fullNameOf = (repo: RepositoryRow): string => `${repo.owner}/${repo.name}`;

/** The repository of that full name, in any case of letters. */
export function findRepository(forge: Forge, fullName: string): RepositoryRow | undefined {
  const wanted = fullName.toLowerCase();
  return forge.repositories.values().find((repo) => fullNameOf(repo).toLowerCase() === wanted);
}

export function repositoryById(forge: Forge, id: number): RepositoryRow {
  const repo = forge.repositories.get(String(id));
  if (!repo) throw new Error(`repository ${id} is not in the table`);
  return repo;
}

/** Where the bare repository lies: by id, so that a rename moves nothing. */
export const gitDirOf = (forge: Forge, repo: RepositoryRow): string =>
  `${forge.dataFolder}/git/${repo.id}.git`;

export const issueKey = (repo: number, number: number): string => `${repo}/${number}`;
