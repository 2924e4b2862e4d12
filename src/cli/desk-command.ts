import type { Command } from 'commander';
import { deskRequest, isOfDesk } from '../engine/commands.ts';
import { readWords } from '../ticket/commands.ts';
import { spoken } from '../ticket/spoken.ts';
import {
  addCloneFlags,
  type CloneFlags,
  type ClonePorts,
  cloneStatuses,
  onDesk,
  printJson,
  refusedStatus,
} from './clone-desk.ts';
import { guarded } from './guarded.ts';

/*
 * What people say to the desk, or to one agent of it, from a clone: the same words as in comments.
 */

type Spoke = Extract<(typeof spoken)[number], { of: 'desk' }>;
const isOfDeskWord = (one: (typeof spoken)[number]): one is Spoke => one.of === 'desk';

const help = ({ name, about, example }: Spoke): string => `
${about}
Works in any clone of the team's repository, with your own git login and the right to push; in a comment the same is
/${name} [agent] [reason].

Example:
  signalbox ${name}
  signalbox ${name} ${example}

Exit status: 0 done, ${cloneStatuses};
what the rules refuse: 1.

With --json one object is printed, and nothing else on standard output:
{ format: 1, remote, branch, decision: { accepted, code, message } }`;

export function addDeskWords(program: Command, ports: ClonePorts): void {
  for (const one of spoken.filter(isOfDeskWord)) {
    const command = program
      .command(`${one.name} [agent] [reason...]`)
      .description(one.summary)
      .addHelpText('after', help(one));
    addCloneFlags(command).action((agent = '', reason: string[] = [], flags: CloneFlags) =>
      guarded(ports, () => say(ports, flags, one.name, [agent, ...reason].join(' '))),
    );
  }
}

async function say(ports: ClonePorts, flags: CloneFlags, name: Spoke['name'], words: string): Promise<void> {
  const command = readWords(name, words, { now: ports.clock.now(), zone: 'UTC' });
  if (!isOfDesk(command)) return;
  const refused = await onDesk(ports, flags, async (desk) => {
    const { accepted, code, message } = await desk.askDesk(deskRequest(command, desk.own()));
    if (flags.json) printJson(ports, desk, { decision: { accepted, code, message } });
    else if (accepted) ports.print(message);
    else ports.printError(`${code}: ${message}`);
    return accepted ? null : code;
  });
  if (refused) ports.exit(refusedStatus(refused));
}
