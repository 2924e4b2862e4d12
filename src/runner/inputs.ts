import { readFileSync } from 'node:fs';
import { SignalboxError } from '../base/errors.ts';
import { isTicketId } from '../ticket/paths.ts';
import type { Job } from './job.ts';

/** What Actions tells a job about itself, read from its environment. */
export interface Inputs {
  job: Job;
  token: string;
  /** `owner/name` */
  owner: string;
  repo: string;
  /** Without a trailing slash. */
  apiUrl: string;
  serverUrl: string;
  /** Folder for the job's temporary files. */
  temp: string;
  /** File that takes the action's outputs; null outside Actions. */
  outputFile: string | null;
}

/** Inputs of the workflow by which Signalbox tells a run what it is for. */
const dispatched = ['ticket', 'attempt', 'claim'] as const;

/**
 * What Actions hands to an action as its inputs, for a step that is a command: from the event that dispatched the run, and
 * the token from `GITHUB_TOKEN`.
 * @throws SignalboxError `user` `not-in-actions` outside of a job, `not-dispatched` in a run that was not dispatched for an attempt
 */
export function dispatchedInputs(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  if (env.GITHUB_ACTIONS !== 'true' || !env.GITHUB_EVENT_PATH)
    throw new SignalboxError('user', 'not-in-actions', 'this is no job of Actions', {
      hint: 'An attempt belongs to the run that Signalbox dispatched: make this a step of its workflow; see `signalbox run --help`.',
    });
  const inputs = eventInputs(env.GITHUB_EVENT_PATH);
  const given = dispatched.flatMap((name) => {
    const value = inputs[name];
    return typeof value === 'string' ? [[`INPUT_${name.toUpperCase()}`, value] as const] : [];
  });
  if (given.length < dispatched.length)
    throw new SignalboxError('user', 'not-dispatched', 'this run was not started for an attempt', {
      hint: 'It must be dispatched with the inputs ticket, attempt and claim, which Signalbox does when it starts a ticket.',
    });
  return { ...Object.fromEntries(given), INPUT_TOKEN: env.GITHUB_TOKEN ?? '' };
}

function eventInputs(path: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(readFileSync(path, 'utf8')).inputs);
  } catch {
    return {};
  }
}

/**
 * Reads the action's inputs and Actions' own variables.
 * @throws SignalboxError `user` `bad-input`, naming the variable
 */
export function readInputs(env: Readonly<Record<string, string | undefined>>): Inputs {
  const text = (name: string): string => {
    const value = env[name]?.trim();
    if (!value) throw new SignalboxError('user', 'bad-input', `${name} is missing`);
    return value;
  };
  const whole = (name: string): number => {
    const value = text(name);
    if (!/^[1-9]\d{0,14}$/.test(value))
      throw new SignalboxError('user', 'bad-input', `${name} is no number: ${value}`);
    return Number(value);
  };
  const ticket = text('INPUT_TICKET');
  if (!isTicketId(ticket))
    throw new SignalboxError('user', 'bad-input', `INPUT_TICKET is no ticket id: ${ticket}`);
  const [owner = '', repo = ''] = text('GITHUB_REPOSITORY').split('/');
  const serverUrl = text('GITHUB_SERVER_URL').replace(/\/$/, '');
  const id = whole('GITHUB_RUN_ID');
  return {
    job: {
      ticket,
      attempt: whole('INPUT_ATTEMPT'),
      claim: text('INPUT_CLAIM'),
      run: {
        id,
        run_attempt: whole('GITHUB_RUN_ATTEMPT'),
        url: `${serverUrl}/${owner}/${repo}/actions/runs/${id}`,
      },
    },
    token: text('INPUT_TOKEN'),
    owner,
    repo,
    apiUrl: text('GITHUB_API_URL').replace(/\/$/, ''),
    serverUrl,
    temp: text('RUNNER_TEMP'),
    outputFile: env.GITHUB_OUTPUT ?? null,
  };
}
