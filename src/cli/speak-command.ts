import type { Command } from 'commander';
import { SignalboxError } from '../base/errors.ts';
import { readWords } from '../ticket/commands.ts';
import type { Heard } from '../ticket/condition-reading.ts';
import type { Ticket } from '../ticket/format.ts';
import { type SpokenName, spoken, usageOf } from '../ticket/spoken.ts';
import {
  addCloneFlags,
  type CloneDesk,
  type CloneFlags,
  type ClonePorts,
  cloneStatuses,
  onDesk,
  printJson,
  refusedStatus,
  ticketNamed,
} from './clone-desk.ts';
import { guarded } from './guarded.ts';

/*
 * What people say to a ticket, from a clone: the same words as in comments, each a command.
 */

type Spoke = Extract<(typeof spoken)[number], { where: 'both'; of: 'ticket' }>;
const isSaidHere = (one: (typeof spoken)[number]): one is Spoke =>
  one.where !== 'comment' && one.of === 'ticket';

/** Those that end what runs. */
const stopping: readonly SpokenName[] = ['park', 'cancel', 'interrupt'];

const help = ({ name, takes, about, example }: Spoke): string => `
${about}
Works in any clone of the team's repository, with your own git login and the right to push; on an issue the same is
/${[name, usageOf[takes]].join(' ').trim()}.${stopping.includes(name) ? ' What it stops is said on standard error.' : ''}

Example:
  signalbox ${name} MC-4159${example ? ` ${/\s/.test(example) ? `"${example}"` : example}` : ''}

Exit status: 0 done, ${cloneStatuses};
what the rules refuse: 4 for what time mends (busy, head-moved-back, run-not-ended), else 1.

With --json one object is printed, and nothing else on standard output:
{ format: 1, remote, branch, ticket, stops: { attempt, agent, run } or null, decision: { accepted, code, message } }`;

export function addSpoken(program: Command, ports: ClonePorts): void {
  for (const one of spoken.filter(isSaidHere)) {
    const words = {
      nothing: '',
      condition: ' [words...]',
      tickets: ' <words...>',
      reason: ' [words...]',
      text: ' <text...>',
      report: ' <words...>',
      option: ' <option...>',
    }[one.takes];
    const command = program
      .command(`${one.name} <ticket>${words}`)
      .description(one.summary)
      .addHelpText('after', help(one));
    addCloneFlags(command).action((...given: unknown[]) => {
      const [ticket, behind] = given as [string, unknown];
      const text = Array.isArray(behind) ? behind.join(' ') : '';
      return guarded(ports, () => say(ports, given.at(-2) as CloneFlags, one.name, { ticket, text }));
    });
  }
}

async function say(
  ports: ClonePorts,
  flags: CloneFlags,
  name: Spoke['name'],
  { ticket: named, text }: { ticket: string; text: string },
): Promise<void> {
  const id = ticketNamed(named);
  const refused = await onDesk(ports, flags, async (desk) => {
    const heard = { now: ports.clock.now(), zone: desk.config.time_zone };
    const { name: kind, ...words } = wordsOf(name, text, heard);
    const stops = stopping.includes(kind) ? await runningOf(desk, id) : null;
    if (stops && !flags.json)
      ports.printError(
        `${id}: this stops attempt ${stops.attempt} by ${stops.agent}: ${stops.run ?? 'not started yet'}`,
      );
    const { accepted, code, message } = await desk.ask(id, { kind, ...words } as Parameters<
      CloneDesk['ask']
    >[1]);
    if (flags.json) printJson(ports, desk, { ticket: id, stops, decision: { accepted, code, message } });
    else if (accepted) ports.print(message);
    else ports.printError(`${code}: ${message}`);
    return accepted ? null : code;
  });
  if (refused) ports.exit(refusedStatus(refused));
}

/** @throws SignalboxError `bad-command` */
function wordsOf(name: Spoke['name'], text: string, heard: Heard) {
  const command = readWords(name, text, heard);
  if (command.name !== 'error') return command;
  throw new SignalboxError('user', 'bad-command', command.message.replace(/\.$/, ''));
}

/** What is being worked of a ticket, before it is asked to stop. */
async function runningOf(
  desk: CloneDesk,
  id: string,
): Promise<{ attempt: number; agent: string; run: string | null } | null> {
  const attempt: Ticket['attempt'] = (await desk.head()).tickets.get(id)?.ticket?.attempt ?? null;
  return attempt && { attempt: attempt.number, agent: attempt.agent, run: attempt.run?.url ?? null };
}
