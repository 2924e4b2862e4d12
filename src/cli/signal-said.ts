import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { asError, SignalboxError } from '../base/errors.ts';
import type { SignalKind } from '../ticket/format.ts';

/*
 * What a signal says besides its verdict, as flags of the command line: each stands for a field of the agents' tools.
 */

interface Evidence {
  command: string;
  exit: number | null;
  output?: string;
}

interface Finding {
  path: string;
  line: number | null;
  text: string;
}

/** The flags, as commander reads them. */
export interface SaidFlags {
  option?: string[];
  withoutCommit?: string;
  evidence?: Evidence[];
  evidenceFile?: string;
  pullTitle?: string;
  pullBody?: string;
  pullBodyFile?: string;
  artifact?: string[];
  nextAction?: string[];
  finding?: Finding[];
  backTo?: string;
}

/** Adds those that belong to a kind of signal. */
export function addSaidFlags(command: Command, kind: SignalKind): Command {
  if (kind === 'rejected')
    command
      .option(
        '--finding <path:line: text>',
        'what is to be changed, and where; may be repeated',
        (text: string, before: Finding[] = []) => [...before, findingOf(text)],
      )
      .option('--back-to <phase>', 'the phase that it goes back to; default: as the config says');
  if (kind === 'question')
    command.option('--option <text>', 'an answer to choose from; may be repeated', several);
  // Not --no-commit: commander takes that for the contrary of --commit.
  if (kind === 'done')
    command.option('--without-commit <reason>', 'why there is no commit, where the phase needs one');
  if (kind === 'done' || kind === 'review')
    command
      .option('--pull-title <text>', 'what the pull request should be called')
      .option('--pull-body <text>', 'what it should say')
      .option('--pull-body-file <path>', 'the same from a file');
  return command
    .option(
      '--evidence <command -> exit>',
      'a command that was run, and its exit status ("npm test -> 0"); may be repeated',
      (text: string, before: Evidence[] = []) => [...before, evidenceOf(text)],
    )
    .option('--evidence-file <path>', 'the same as JSON: [{ "command", "exit", "output" }]')
    .option('--artifact <path>', 'a file or an address that people should have; may be repeated', several)
    .option('--next-action <text>', 'what somebody should do next; may be repeated', several);
}

/** The fields that the flags stand for. @throws SignalboxError `no-file`, `bad-input` */
export function saidFields(flags: SaidFlags): object {
  const { option, withoutCommit, artifact, nextAction, pullTitle: title } = flags;
  const evidence = [...(flags.evidence ?? []), ...evidenceIn(flags.evidenceFile)];
  const body = flags.pullBodyFile === undefined ? flags.pullBody : read(flags.pullBodyFile);
  const pull = { ...(title ? { title } : {}), ...(body ? { body } : {}) };
  return {
    ...(option ? { options: option } : {}),
    ...(withoutCommit ? { no_commit: withoutCommit } : {}),
    ...(evidence.length > 0 ? { evidence } : {}),
    ...(Object.keys(pull).length > 0 ? { pull_request: pull } : {}),
    ...(artifact ? { artifacts: artifact } : {}),
    ...(nextAction ? { next_actions: nextAction } : {}),
    ...(flags.finding ? { findings: flags.finding } : {}),
    ...(flags.backTo ? { phase: flags.backTo } : {}),
  };
}

const several = (text: string, before: string[] = []) => [...before, text];

function findingOf(text: string): Finding {
  const [, path = '', line, words = ''] = /^(\S+?)(?::(\d+))?:\s+(.+)$/s.exec(text) ?? [];
  if (path === '')
    throw new InvalidArgumentError('a path, a line if there is one, and words: "src/rake.ts:7: untested"');
  return { path, line: line === undefined ? null : Number(line), text: words.trim() };
}

function evidenceOf(text: string): Evidence {
  const [, command = text, exit] = /^(.*?)\s*->\s*(\d{1,3})$/s.exec(text) ?? [];
  if (command.trim() === '') throw new InvalidArgumentError('a command, and its exit status behind ->');
  return { command: command.trim(), exit: exit === undefined ? null : Number(exit) };
}

/** What is in it is looked at with everything else that is said. */
function evidenceIn(path: string | undefined): Evidence[] {
  if (path === undefined) return [];
  let found: unknown;
  try {
    found = JSON.parse(read(path));
  } catch (thrown) {
    if (thrown instanceof SignalboxError) throw thrown;
    throw new SignalboxError('user', 'bad-input', `${path} is no JSON`, { cause: thrown });
  }
  if (Array.isArray(found)) return found;
  const hint = 'It is [{ "command": "npm test", "exit": 0, "output": "…" }].';
  throw new SignalboxError('user', 'bad-input', `${path} holds no list`, { hint });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SignalboxError('user', 'no-file', asError(cause).message, { cause });
  }
}
