import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { steady, systemClock } from './base/clock.ts';
import { asError, SignalboxError } from './base/errors.ts';
import { type Log, makeLog } from './base/log.ts';
import { systemRandom } from './base/random.ts';
import { makeHandler } from './engine/handle.ts';
import { makeJudge } from './engine/pushes.ts';
import { loadConfig } from './engine/settings.ts';
import { makeForge } from './forge/forge.ts';
import { tokenClient } from './forge/token-client.ts';
import { takeEnvironment } from './runner/environment.ts';
import { dispatchedInputs, type Inputs, readInputs } from './runner/inputs.ts';
import { exitStatusOf, type Outcome } from './runner/outcome.ts';
import { guarded, type Output } from './runner/output.ts';
import { makePatience } from './runner/patience.ts';
import { runAttempt } from './runner/run.ts';
import { takeUser } from './runner/user.ts';
import { openGitStore } from './store/git-store.ts';
import { setupPath, workArtifact } from './ticket/paths.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The two ways in: the action's bundle, and `signalbox run`. */
export interface RunnerOptions {
  /** What Actions does not put into the environment of this step: for the command, the inputs. */
  given?: Record<string, string>;
  /** The program of an agent's tools, in one file. */
  toolProgram: string;
}

/**
 * Runs the attempt that this job of Actions was dispatched for, and answers the exit status of its step. It takes the
 * process over: its environment is wiped, its signals are heard, its standard output is the job's log.
 */
export async function runInActions({ given = {}, toolProgram }: RunnerOptions): Promise<number> {
  const { variables: inherited, wiped } = takeEnvironment();
  const variables = { ...inherited, ...given };
  // The clock's timers keep no process alive, and neither does an agent's left-over child: this channel does.
  const alive = new MessageChannel();
  alive.port1.on('message', () => {});
  const interrupted = new AbortController();
  // From the first moment: without a handler the first SIGINT would end us before the agent.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort());
  process.stdout.on('error', () => {}); // nobody reads the log any more: no reason to leave an agent alone
  const write = { line: (text: string) => void process.stdout.write(`${text}\n`) };
  const output = guarded(write, loginsWith(variables.INPUT_TOKEN));
  const say = (text: string) => output.line(text);
  const log = makeLog('info', say);
  // Whatever breaks here must not leave the agent running without us: it ends as on a cancel.
  process.on('uncaughtException', (error) => {
    log.error('an error nobody caught', { error });
    interrupted.abort();
  });
  try {
    const inputs = readInputs(variables);
    if (!wiped)
      log.warn("an agent of this user could read this process's environment here", {
        platform: process.platform,
      });
    const around = { log, output, interrupted: interrupted.signal, toolProgram };
    const outcome = await attempt(inputs, variables, around);
    if (outcome.outcome === 'unsaid') say(unsaidWords);
    tell(inputs, outcome);
    return exitStatusOf(outcome);
  } catch (thrown) {
    const error = asError(thrown);
    const hint = error instanceof SignalboxError && error.hint ? ` ${error.hint}` : '';
    say(
      `signalbox failed: ${error instanceof SignalboxError ? `${error.code}: ` : ''}${error.message}.${hint}`,
    );
    return 1;
  }
}

/** The same, for the command in a step of its own. @throws SignalboxError where this is no job that was dispatched for an attempt */
export async function runDispatched(environment: Variables, packageFolder: string): Promise<number> {
  const given = dispatchedInputs(environment);
  return runInActions({ given, toolProgram: join(packageFolder, '.github/actions/signalbox/mcp.js') });
}

interface Around {
  log: Log;
  output: Output;
  interrupted: AbortSignal;
  toolProgram: string;
}

async function attempt(
  inputs: Inputs,
  variables: Variables,
  { log, output, interrupted, toolProgram }: Around,
): Promise<Outcome> {
  const { job, token, owner, repo, apiUrl, serverUrl, temp } = inputs;
  const clock = steady(systemClock);
  const octokit = tokenClient({ token, apiUrl, clock });
  // The token's own identity: what the app wrote is of no interest here.
  const forge = makeForge({
    octokit,
    cancelOctokit: octokit,
    owner,
    repo,
    app: { id: 0, slug: '' },
    clock,
    log,
  });
  const patience = makePatience(clock, log, interrupted);
  const files = { ms: 60_000, everyMs: 2_000 };
  const { config } = await patience.insist('read the config', files, () => loadConfig(forge));
  const setup = await patience.insist('read the set-up', files, () => forge.file(setupPath));
  mkdirSync(temp, { recursive: true });
  // On somebody's own machine, where `npm start` runs the jobs, no user is made behind their back.
  const user = await takeUser(clock, log, { bySudo: variables.SIGNALBOX_SUDO !== 'never' });
  if (user) chmodSync(temp, 0o700); // the event, and the files by which a step answers Actions, lie in it
  const root = mkdtempSync(join(temp, 'signalbox-'));
  const workFolder = join(root, 'attempt');
  mkdirSync(workFolder);
  const url = `${serverUrl}/${owner}/${repo}.git`;
  const store = await patience.insist('open the store', files, () =>
    openGitStore({
      folder: join(root, 'state.git'),
      remote: url,
      branch: config.branch,
      token: async () => token,
      author: { name: 'signalbox', email: 'signalbox@signalbox.invalid' },
      clock: forge,
      random: systemRandom,
      log,
    }),
  );
  const now = () => forge.now();
  const judge = makeJudge(forge, { branch: async () => config.branch, clock, now });
  const handler = makeHandler({ store, config: async () => config, now, clock, log, judge });
  try {
    return await runAttempt(
      {
        // Heads with the pushes of others on them judged: an edit that will be put back stops no agent.
        store: {
          read: (options) => handler.read(options),
          saveSignal: (ticket, number, text) => store.saveSignal(ticket, number, text),
        },
        handler,
        forge,
        clock,
        random: systemRandom,
        log,
        output,
        config,
        remote: { url, token },
        user,
        workFolder,
        environment: withoutTokens(variables, token),
        promptTemplate: (path) => patience.insist('read the prompt', files, () => forge.file(path)),
        setup,
        toolProgram: existsSync(toolProgram) ? toolProgram : null,
        interrupted,
      },
      job,
    );
  } finally {
    if (user)
      await patience.within('release the user', { ms: 60_000, hurriedBy: 9_000 }, () => user.release());
    await patience.within('close the store', { ms: 5_000, hurriedBy: 9_200 }, () => store.close());
  }
}

const unsaidWords =
  'Its signal stands above, and its work where it says. Where GitHub refused the token (401), see that `token:` is the one of this job: any other, as of an app, may end before the agent does.';

/** A token, and the form in which git sends it. */
function loginsWith(token = ''): string[] {
  return token === '' ? [] : [token, Buffer.from(`x-access-token:${token}`).toString('base64')];
}

/** What a profile may name for its agent: not Actions' own variables, and the job's token under no name at all. */
function withoutTokens(variables: Variables, token: string): Variables {
  return Object.fromEntries(
    Object.entries(variables).filter(
      ([name, value]) => !/^(?:INPUT|ACTIONS)_/.test(name) && !value?.includes(token),
    ),
  );
}

/** The action's outputs. None has a line break, so none needs a delimiter. */
function tell({ outputFile, job }: Inputs, { outcome, code, bundle }: Outcome): void {
  if (!outputFile) return;
  const { name } = workArtifact(job.ticket, job.attempt);
  const kept = bundle ? `bundle=${bundle}\nartifact=${name}\n` : '';
  appendFileSync(outputFile, `outcome=${outcome}\ncode=${code}\n${kept}`);
}
