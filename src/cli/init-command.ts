import type { Command } from 'commander';
import type { Clock } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import type { Log, LogLevel } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { isDue } from '../setup/plan.ts';
import { type Choices, usualChoices } from '../setup/starter.ts';
import { presetNames } from '../ticket/presets.ts';
import { type Ending, guarded } from './guarded.ts';
import { carryOut, labelCollisions, makePlan, nextSteps, presentConfig, type SetupDesk } from './init.ts';
import { deliveryWords, doneWords, planWords, reported } from './init-words.ts';

export interface SetupOptions {
  clone: string;
  remote: string;
  clock: Clock;
  random: Random;
  log: Log;
}

export interface InitPorts extends Ending {
  openSetup(options: SetupOptions): Promise<SetupDesk>;
  /** Asks the person at the terminal; null where there is none. */
  ask: ((question: string) => Promise<string>) | null;
  clock: Clock;
  random: Random;
  makeLog(level: LogLevel): Log;
  print(text: string): void;
}

interface Flags {
  yes: boolean;
  dryRun: boolean;
  push: boolean;
  agent?: string;
  prefix?: string;
  stateBranch?: string;
  labelPrefix?: string;
  action?: string;
  clone: string;
  remote: string;
  json: boolean;
}

/** Exit status where something could not be done. Others are those of errors.ts. */
const undoneStatus = 6;

const help = `
Works in a clone of your team's repository, with your own git login. It says first what it will do. It makes
  the state branch, an orphan that holds the tickets and nothing else, and a ruleset against its deletion and forced pushes
  labels, an issue form, the config, the workflow that runs an attempt, and the action that it uses
Run again, it does what is missing, and renews what it wrote itself and nobody edited. The config is yours: it is never touched.
Labels and the ruleset need a token of yours: GH_TOKEN or GITHUB_TOKEN, or GitHub's own command line logged in.

Example:
  signalbox init --dry-run
  signalbox init --yes --agent claude
  signalbox init --yes --agent '["my-agent", "--all"]' --no-push

Exit status: 0 done, or nothing to do; 6 something is left, and it is said what; 1 no such clone, or a question and nobody
to answer it; 2 usage; 3 config, or the login refused; 5 the remote does not answer.

With --json, which takes --yes or --dry-run, one object is printed, and nothing else on standard output:
  { format: 1, repository, branch, dry_run,
    steps:  [{ kind, what, action, note }]   kind "file", "state-branch", "label", "ruleset", "commit" or "push",
                                             action "create", "update", "none", "keep" (it differs and is left) or "unknown"
    done:   [{ kind, what }],
    failed: [{ kind, what, code, message, hint }],
    next:   [what people do] }`;

export function addInit(program: Command, ports: InitPorts): void {
  program
    .command('init')
    .description('set your own repository up, or renew what is old of that')
    .option(
      '-y, --yes',
      'ask nothing: the answers are those of the flags, else the usual ones, and commit and push',
      false,
    )
    .option('--dry-run', 'say what would be done, and change nothing', false)
    .option('--no-push', 'write files only; commit and push them yourself')
    .option('--agent <which>', `${presetNames.join(', ')}, or a command as a JSON list`)
    .option('--prefix <letters>', "of tickets' ids; usual is the repository's name")
    .option('--state-branch <name>', 'of the tickets; usual is signalbox')
    .option('--label-prefix <text>', 'before the four labels that people steer with, where theirs are in use')
    .option(
      '--action <owner/signalbox@commit>',
      'use this action instead of a copy of it; "copy" for the copy',
    )
    .option('--remote <name-or-url>', 'the remote to set up', 'origin')
    .option('--clone <folder>', "a clone of the team's repository", '.')
    .option('--json', 'print a report for programs', false)
    .addHelpText('after', help)
    .action((flags: Flags) => guarded(ports, () => run(ports, flags)));
}

async function run(ports: InitPorts, flags: Flags): Promise<void> {
  const { clock, random } = ports;
  const { clone, remote, dryRun, json } = flags;
  const isQuiet = flags.yes || dryRun;
  if (!isQuiet && (ports.ask === null || json)) {
    const hint = 'Say --yes (or --dry-run), or run it in a terminal without --json.';
    throw new SignalboxError('user', 'no-terminal', 'there is nobody to ask', { hint });
  }
  const action = readAction(flags.action);
  const desk = await ports.openSetup({ clone, remote, clock, random, log: ports.makeLog('error') });
  const ask = isQuiet ? null : ports.ask;
  const plan = await makePlan(desk, await choose(desk, flags, { ...ports, ask }), action);
  const tell = (text: string) => (json ? undefined : ports.print(text));
  tell(planWords(desk, plan));
  const isDone = !plan.steps.some(isDue);
  const hasDelivery = plan.steps.some((step) => isDue(step) && ['commit', 'push'].includes(step.kind));
  const question = hasDelivery && flags.push ? 'Do this (you are asked again before a commit)?' : 'Do this?';
  const go = !dryRun && !isDone && (ask === null || (await agreed(ask, question)));
  const deliver =
    flags.push && go && hasDelivery && (ask === null || (await agreed(ask, deliveryWords(desk))));
  const { done, failed } = go ? await carryOut(desk, plan, { deliver }) : { done: [], failed: [] };
  const next = nextSteps(desk.repository, plan.config);
  if (json) ports.print(JSON.stringify(reported(desk, plan, { dryRun, done, failed, next }), null, 2));
  else if (!go && !dryRun && !isDone) ports.print('Nothing was changed.');
  else if (go) ports.print(doneWords(plan, failed, next, { isWritten: hasDelivery && !deliver }));
  if (failed.length > 0) ports.exit(undoneStatus);
}

function readAction(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined;
  if (text === 'copy') return null;
  if (/^[\w.-]+\/signalbox@[0-9a-f]{40}$/.test(text)) return text;
  const hint = 'Name its full commit, as owner/signalbox@0123…: a tag may be moved by whoever owns it.';
  throw new SignalboxError('user', 'bad-input', `"${text}" is no action at a full commit`, { hint });
}

/** Answers come from the flags, from the person, or are the usual ones. Nothing is asked where there is a config. */
async function choose(
  desk: SetupDesk,
  flags: Flags,
  { ask, print }: Pick<InitPorts, 'ask' | 'print'>,
): Promise<Choices> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const usual = usualChoices(desk.repository.split('/').at(-1) ?? '', zone);
  const given = {
    agent: readAgent(flags.agent ?? String(usual.agent)),
    prefix: flags.prefix ?? usual.prefix,
    branch: flags.stateBranch ?? usual.branch,
    labelPrefix: flags.labelPrefix ?? usual.labelPrefix,
    timeZone: usual.timeZone,
  };
  if (ask === null || (await presentConfig(desk)) !== null) return given;
  const answer = async (question: string, otherwise: string) =>
    (await ask(`${question} [${otherwise}] `)).trim() || otherwise;
  const chosen = flags.agent === undefined ? await askAgent(answer, print) : given.agent;
  const prefix = flags.prefix ?? (await answer("Prefix of the tickets' ids?", usual.prefix));
  const taken = flags.labelPrefix === undefined ? await labelCollisions(desk) : [];
  const labelPrefix =
    taken.length === 0
      ? given.labelPrefix
      : (
          await answer(
            `Labels ${taken.join(', ')} are in use here. A prefix to keep ours apart, or "none"?`,
            'agent:',
          )
        ).replace(/^none$/, '');
  return { ...given, agent: chosen, prefix, labelPrefix };
}

/** Asks until the answer is an agent: a slip is said before the next question. */
async function askAgent(
  answer: (question: string, otherwise: string) => Promise<string>,
  print: (text: string) => void,
): Promise<Choices['agent']> {
  const question = `Which agent works the tickets (${presetNames.join(', ')}, or a command as a JSON list)?`;
  for (;;) {
    try {
      // As a shell would take it: the list may stand in quotes.
      return readAgent((await answer(question, 'claude')).replace(/^'(.*)'$/, '$1'));
    } catch (error) {
      if (!(error instanceof SignalboxError) || error.code !== 'bad-input') throw error;
      print(`${error.message}. ${error.hint}`);
    }
  }
}

function readAgent(text: string): Choices['agent'] {
  if (presetNames.some((preset) => preset === text)) return text;
  const words: unknown = jsonOf(text);
  const isCommand =
    Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string');
  if (isCommand) return words;
  const hint = `One of ${presetNames.join(', ')}, or a command as a JSON list: '["my-agent", "--all"]'.`;
  throw new SignalboxError('user', 'bad-input', `"${text}" is no agent`, { hint });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function agreed(ask: (question: string) => Promise<string>, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim());
}
