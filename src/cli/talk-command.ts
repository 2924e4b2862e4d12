import type { Command } from 'commander';
import { exitStatus, SignalboxError } from '../base/errors.ts';
import { isTicketId } from '../ticket/paths.ts';
import { addCloneFlags, type CloneFlags, type ClonePorts, cloneStatuses, onDesk } from './clone-desk.ts';
import { guarded } from './guarded.ts';

/*
 * What a person says to whoever works a ticket, from a clone: the same as the comments /tell, /interrupt and /answer.
 */

interface Talk {
  kind: 'tell' | 'interrupt' | 'answer';
  description: string;
  /** What it does, for `--help`. */
  about: string;
  example: string;
}

const talks: readonly Talk[] = [
  {
    kind: 'tell',
    description: "leave a message for a ticket's agent",
    about: `A busy agent is not interrupted: it gets the message when it asks for messages, or the next attempt has it in its
prompt. What the ticket's status comment says of it tells which attempt was given it.`,
    example: 'signalbox tell MC-4159 "The report is for the whole fleet."',
  },
  {
    kind: 'interrupt',
    description: 'stop the attempt in hand and start anew with a message',
    about: `The next attempt begins once the run of this one was seen to end, and costs no retry. Where nothing runs the message waits
for the next attempt, and that is said.`,
    example: 'signalbox interrupt MC-4159 "Leave the old report as it is."',
  },
  {
    kind: 'answer',
    description: "answer the question of a ticket's agent",
    about: `The ticket goes on, and the next attempt is given the answer: your words, or one of the options by its number. Where the
ticket was parked since it asked, the answer is kept and it waits on.`,
    example: 'signalbox answer MC-4159 2',
  },
];

const help = ({ about, example, kind }: Talk): string => `
${about}
Works in any clone of the team's repository, with your own git login and the right to push; on an issue the same is
/${kind} <text>.

Example:
  ${example}

Exit status: 0 done, ${cloneStatuses};
what the rules refuse: 4 for busy and head-moved-back, else 1.

With --json one object is printed, and nothing else on standard output:
{ format: 1, remote, branch, ticket, decision: { accepted, code, message } }`;

/** Refusals that time mends. */
const passing: readonly string[] = ['head-moved-back', 'busy'];

export function addTalk(program: Command, ports: ClonePorts): void {
  for (const talk of talks) {
    const command = program
      .command(`${talk.kind} <ticket> <text...>`)
      .description(talk.description)
      .addHelpText('after', help(talk));
    addCloneFlags(command).action((ticket: string, text: string[], flags: CloneFlags) =>
      guarded(ports, () => say(ports, flags, talk.kind, { ticket, text: text.join(' ').trim() })),
    );
  }
}

async function say(
  ports: ClonePorts,
  flags: CloneFlags,
  kind: Talk['kind'],
  { ticket, text }: { ticket: string; text: string },
): Promise<void> {
  if (!isTicketId(ticket)) {
    const hint = `It is the name of a file in tickets/: signalbox ${kind} MC-4159 <text>.`;
    throw new SignalboxError('user', 'bad-id', `"${ticket}" is no ticket's id`, { hint });
  }
  if (!text) throw new SignalboxError('user', 'bad-command', 'there is nothing to say');
  const refused = await onDesk(ports, flags, async (desk) => {
    await desk.head();
    const { accepted, code, message } = await desk.ask(ticket, { kind, text });
    const { remote, branch } = desk;
    const report = { format: 1, remote, branch, ticket, decision: { accepted, code, message } };
    if (flags.json) ports.print(JSON.stringify(report, null, 2));
    else if (accepted) ports.print(message);
    else ports.printError(`${code}: ${message}`);
    return accepted ? null : code;
  });
  if (refused) ports.exit(exitStatus[passing.includes(refused) ? 'conflict' : 'user']);
}
