import type { Command } from 'commander';
import { SignalboxError } from '../base/errors.ts';
import { attemptToCome } from '../ticket/claim.ts';
import type { Ticket } from '../ticket/format.ts';
import { isTicketId, newestWork, workRefs } from '../ticket/paths.ts';
import { buildPrompt, defaultTemplate, promptPath, promptPathOf } from '../ticket/prompt.ts';
import {
  addCloneFlags,
  type CloneDesk,
  type CloneFlags,
  type ClonePorts,
  cloneStatuses,
  onDesk,
} from './clone-desk.ts';
import { guarded } from './guarded.ts';

const help = `
Prints what the ticket's agent is told: for the attempt in hand, as the ticket stands now, or else for the one that comes
next. The words are those of ${promptPath} on the default branch, where the team has one; what it leaves out of
a prompt's parts comes after it. Works in any clone of the team's repository, with your own git login.

Example:
  signalbox prompt MC-4159
  signalbox prompt --template > ${promptPath}

Exit status: 0 printed, ${cloneStatuses};
no such ticket, or no attempt will come of it: 1; a placeholder that is none: 3.

With --json one object is printed, and nothing else on standard output:
{ format: 1, remote, branch, ticket, attempt: { number, phase, agent, open }, template, prompt }; template is the team's
file, or null for the built-in words`;

interface Flags extends CloneFlags {
  template: boolean;
}

export function addPrompt(program: Command, ports: ClonePorts): void {
  const command = program
    .command('prompt [ticket]')
    .description("print what a ticket's agent is told")
    .option('--template', 'print the built-in template instead, to begin your own with', false)
    .addHelpText('after', help);
  addCloneFlags(command).action((ticket: string | undefined, flags: Flags) =>
    guarded(ports, async () => {
      if (flags.template) return ports.print(defaultTemplate.trimEnd());
      const hint = 'signalbox prompt MC-4159, or --template for the words that every prompt is made of.';
      if (ticket === undefined) throw new SignalboxError('user', 'bad-id', 'no ticket is named', { hint });
      await show(ports, flags, ticket);
    }),
  );
}

async function show(ports: ClonePorts, flags: CloneFlags, id: string): Promise<void> {
  if (!isTicketId(id)) {
    const hint = 'It is the name of a file in tickets/: signalbox prompt MC-4159.';
    throw new SignalboxError('user', 'bad-id', `"${id}" is no ticket's id`, { hint });
  }
  await onDesk(ports, flags, async (desk) => {
    const { remote, branch } = desk;
    const ticket = await ticketOf(desk, id);
    const attempt = attemptToCome(ticket, desk.config);
    if ('code' in attempt) throw new SignalboxError('user', attempt.code, withoutStop(attempt.message));
    const { number, phase, agent } = attempt;
    const earlier = ticket.attempts.map((one) => one.number);
    const salvage = newestWork(id, earlier, await desk.refs(`${workRefs}${id}/`));
    const path = promptPathOf(desk.config, phase);
    const template = await desk.file(path);
    const prompt = buildPrompt(template, { ticket, attempt, salvage }, path);
    const about = { number, phase, agent, open: ticket.attempt !== null };
    const from = template === null ? null : path;
    const report = { format: 1, remote, branch, ticket: id, attempt: about, template: from, prompt };
    ports.print(flags.json ? JSON.stringify(report, null, 2) : prompt.trimEnd());
  });
}

async function ticketOf(desk: CloneDesk, id: string): Promise<Ticket> {
  const head = await desk.head();
  const file = head.tickets.get(id) ?? (await head.archived(id));
  if (file?.ticket) return file.ticket;
  const { code, message } = file?.broken ?? { code: 'no-such-ticket', message: `there is no ticket ${id}` };
  throw new SignalboxError('user', code, message);
}

/** A reason as an error says it, which puts the stop behind it. */
const withoutStop = (message: string): string => message.replace(/\.$/, '');
