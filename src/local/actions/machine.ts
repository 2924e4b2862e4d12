import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { Contexts, Json } from './expressions.ts';
import { trackingVariable } from './orphans.ts';

/** What every job on this machine shares. */
export interface Machine {
  clock: Clock;
  random: Random;
  /** Work folders, one per job. */
  workFolder: string;
  logFolder: string;
  /** Zips of artifacts. */
  artifactFolder: string;
  cancelScale: number;
  /** Added to the environment of every step. */
  environment: Record<string, string>;
}

/** The folders of one job; all below one, which goes when the job ends. */
export interface Folders {
  root: string;
  home: string;
  temp: string;
  tools: string;
  /** `GITHUB_WORKSPACE`; its parent is `RUNNER_WORKSPACE`. */
  workspace: string;
}

export function makeFolders(machine: Machine, jobId: number, repository: string): Folders {
  const root = join(machine.workFolder, String(jobId));
  const name = repository.split('/')[1] ?? repository;
  const folders = {
    root,
    home: join(root, 'home'),
    temp: join(root, '_temp'),
    tools: join(root, '_tool'),
    workspace: join(root, name, name),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folders;
}

export const runnerName = 'embedded';

export function runnerContext(folders: Folders): Record<string, Json> {
  return {
    name: runnerName,
    os: 'Linux',
    arch: process.arch.toUpperCase(),
    environment: 'self-hosted',
    temp: folders.temp,
    tool_cache: folders.tools,
  };
}

/** The members of the `github` context that are also environment variables (`GITHUB_…`). The token is not. */
const exported = [
  'action',
  'action_path',
  'actor',
  'actor_id',
  'api_url',
  'base_ref',
  'event_name',
  'event_path',
  'graphql_url',
  'head_ref',
  'job',
  'ref',
  'ref_name',
  'ref_protected',
  'ref_type',
  'repository',
  'repository_id',
  'repository_owner',
  'repository_owner_id',
  'retention_days',
  'run_attempt',
  'run_id',
  'run_number',
  'server_url',
  'sha',
  'triggering_actor',
  'workflow',
  'workflow_ref',
  'workflow_sha',
  'workspace',
];

/**
 * The environment of a step's process. It starts clean: of the server's own only `PATH` is kept, and `HOME` is
 * the job's. Later groups win: nobody can override `GITHUB_*` from a workflow.
 */
export function stepEnvironment(
  machine: Machine,
  folders: Folders,
  trackingId: string,
  contexts: Contexts,
  paths: readonly string[],
): Record<string, string> {
  const own = record(contexts.env);
  const github = record(contexts.github);
  const given: Record<string, string> = { CI: 'true', ...machine.environment, ...strings(own) };
  const fixed = Object.fromEntries(
    exported.flatMap((key) => (key in github ? [[`GITHUB_${key.toUpperCase()}`, String(github[key])]] : [])),
  );
  const path = given.PATH ?? process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin';
  return {
    HOME: folders.home,
    LANG: 'C.UTF-8',
    [trackingVariable]: trackingId,
    ...given,
    PATH: [...paths, path].join(':'),
    ...fixed,
    GITHUB_ACTIONS: 'true',
    RUNNER_ARCH: process.arch.toUpperCase(),
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_NAME: runnerName,
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: folders.temp,
    RUNNER_TOOL_CACHE: folders.tools,
    RUNNER_WORKSPACE: join(folders.workspace, '..'),
  };
}

function record(value: Json | undefined): Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function strings(values: Record<string, Json>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}

/** The files through which a step's process answers; fresh for every step. */
export interface CommandFiles {
  output: string;
  env: string;
  path: string;
  state: string;
  summary: string;
}

export function makeCommandFiles(machine: Machine, folders: Folders): CommandFiles {
  const folder = join(folders.temp, '_runner_file_commands');
  mkdirSync(folder, { recursive: true });
  const unique = machine.random.hex(8);
  const make = (name: string): string => {
    const path = join(folder, `${name}_${unique}`);
    writeFileSync(path, '');
    return path;
  };
  return {
    output: make('set_output'),
    env: make('set_env'),
    path: make('add_path'),
    state: make('save_state'),
    summary: make('step_summary'),
  };
}

export function fileVariables(files: CommandFiles): Record<string, string> {
  return {
    GITHUB_OUTPUT: files.output,
    GITHUB_ENV: files.env,
    GITHUB_PATH: files.path,
    GITHUB_STATE: files.state,
    GITHUB_STEP_SUMMARY: files.summary,
  };
}
