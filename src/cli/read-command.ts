import { type Command, InvalidArgumentError, Option } from 'commander';
import { SignalboxError } from '../base/errors.ts';
import { explainAt, explainOpen } from '../engine/explain.ts';
import type { Snapshot, TicketFile } from '../engine/ports.ts';
import { bannerLine, bannersOf } from '../ticket/desk-words.ts';
import { explanationData } from '../ticket/explain-words.ts';
import { partsOf } from '../ticket/family.ts';
import { priorities } from '../ticket/format.ts';
import { reasons } from '../ticket/reasons.ts';
import { openStates } from '../ticket/states.ts';
import {
  addReadFlags,
  type CloneDesk,
  type ClonePorts,
  cloneStatuses,
  onReading,
  printJson,
  type ReadFlags,
  ticketNamed,
} from './clone-desk.ts';
import { guarded } from './guarded.ts';
import { chosen, type ListFilter, listed, rowData } from './list.ts';
import { shown, whyLines } from './show.ts';
import { table } from './terminal.ts';

/*
 * What is read from a clone: list, show, explain and log. They change nothing, and do without the network.
 */

const statuses = `Exit status: 0 done, ${cloneStatuses}
and the clone has never seen the tickets.
With the network gone, or with --offline, what the clone last knew is read, and standard error says as of when.`;

const json = (fields: string): string => `
With --json one object is printed, and nothing else on standard output:
{ format: 1, remote, branch, as_of: null, or when the clone last looked where the remote was not asked,
${fields} }`;

const explanationFields = `  id, state ("broken" where its file cannot be read), may_run, reasons: [{ code, message, since, change }], next`;

export function addReading(program: Command, ports: ClonePorts): void {
  addList(program, ports);
  const add = (usage: string, description: string, about: string, run: Run) =>
    addReadFlags(program.command(usage).description(description))
      .addHelpText('after', about)
      .action((...given: unknown[]) => {
        const flags = given.at(-2) as ReadFlags;
        const named = given[0] as string | undefined;
        return guarded(ports, () => onReading(ports, flags, (desk) => run(ports, desk, flags, named)));
      });
  add(
    'show <ticket>',
    'a ticket whole: how it stands, its text, attempts and messages',
    `\nExample:\n  signalbox show MC-4159\n\n${statuses}\n${json('  path, ticket: the file (schemas/ticket.schema.json), or null where it cannot be read,\n  parts: [{ id, state }] of it, explanation: as of explain')}`,
    show,
  );
  add(
    'explain <ticket>',
    'why a ticket runs or not, since when, and who can change it',
    `\nThe same answer as /status on its issue, the board, and the agents' tools. It changes nothing.\n\nExample:\n  signalbox explain MC-4159\n\n${statuses}\n${json(explanationFields)}`,
    explainOne,
  );
  add(
    'log [ticket]',
    'what happened to a ticket, or to all, newest first',
    `\nExample:\n  signalbox log MC-4159\n  signalbox log --limit 200 --json\n\n${statuses}\n${json('  entries: [{ commit, at, ticket, transition, actor, cause, attempt: number or null, number, change }]')}`,
    log,
  ).option('--limit <number>', 'so many commits at most', count, 50);
}

type Run = (ports: ClonePorts, desk: CloneDesk, flags: ReadFlags, named?: string) => Promise<void>;

function addList(program: Command, ports: ClonePorts): void {
  const command = program
    .command('list')
    .description('open tickets, with what they wait for')
    .addOption(new Option('--state <state...>', 'in one of these states').choices(openStates))
    .option('--owner <name>', 'of one owner: an agent profile or a person')
    .addOption(new Option('--priority <priority...>', 'of one of these').choices(priorities))
    .option('--text <words>', 'with these words in id, title or text');
  addReadFlags(command)
    .addHelpText(
      'after',
      `\nExample:\n  signalbox list --state todo in_progress --owner luci\n\n${statuses}\n${json(
        `  switches: what is paused or drained: [{ profile: null for the desk, text, by, since, until, resume }],
  tickets: [{ id, title, state ("broken" where its file cannot be read), hold, priority, owner, phase, issue, created,
    attempt: { number, agent, claimed, run: address or null } or null, may_run, reasons: [codes] }] }`,
      ).trimEnd()}`,
    )
    .action((flags: ReadFlags & ListFilter) =>
      guarded(ports, () => onReading(ports, flags, (desk) => list(ports, desk, flags))),
    );
}

async function list(ports: ClonePorts, desk: CloneDesk, flags: ReadFlags & ListFilter): Promise<void> {
  const snapshot = await desk.look();
  const explanations = await explainOpen(snapshot, knownOf(desk));
  const rows = chosen(snapshot, explanations, flags, { now: desk.now(), config: desk.config });
  const banners = bannersOf(snapshot.desk, desk.now());
  const data = { as_of: desk.asOf, switches: banners, tickets: rows.map(rowData) };
  if (flags.json) return printJson(ports, desk, data);
  for (const banner of banners) ports.print(bannerLine(banner));
  if (snapshot.head === null) return ports.print(beforeInit(desk));
  if (rows.length === 0)
    return ports.print(explanations.length === 0 ? 'No ticket is open.' : 'No open ticket is like that.');
  ports.printStyled(listed(rows, desk.now(), ports.terminal));
}

/** What to do where nobody has made a ticket yet. */
function beforeInit({ branch, remote }: CloneDesk): string {
  return [
    `There is no branch ${branch} at ${remote} yet, so there are no tickets.`,
    'signalbox init sets the repository up; signalbox new "<title>" makes the first ticket.',
    'Where it is set up, the branch may have another name (--branch), or the remote be another (--remote).',
  ].join('\n');
}

async function show(ports: ClonePorts, desk: CloneDesk, flags: ReadFlags, named = ''): Promise<void> {
  const { snapshot, file } = await fileOf(desk, ticketNamed(named));
  const explanation = await explainAt(snapshot, file.id, knownOf(desk));
  if (!explanation) throw noSuchTicket(file.id);
  const { path, ticket } = file;
  const open = [...snapshot.tickets.values()].flatMap((one) => one.ticket ?? []);
  const parts = ticket ? partsOf(ticket, open) : [];
  if (!flags.json)
    return ports.print(shown(file, explanation, { parts, now: desk.now(), config: desk.config }));
  const why = explanationData(explanation);
  printJson(ports, desk, { as_of: desk.asOf, path, ticket, parts, explanation: why });
}

async function explainOne(ports: ClonePorts, desk: CloneDesk, flags: ReadFlags, named = ''): Promise<void> {
  const id = ticketNamed(named);
  const explanation = await explainAt(await desk.look(), id, knownOf(desk));
  if (!explanation) throw noSuchTicket(id);
  if (flags.json) return printJson(ports, desk, { as_of: desk.asOf, ...explanationData(explanation) });
  ports.print(whyLines(explanation, desk.now()).join('\n'));
}

async function log(ports: ClonePorts, desk: CloneDesk, flags: ReadFlags, named?: string): Promise<void> {
  const id = named === undefined ? null : ticketNamed(named);
  await desk.look();
  const { limit } = flags as ReadFlags & { limit: number };
  const entries = await desk.history(id, limit);
  if (flags.json) return printJson(ports, desk, { as_of: desk.asOf, entries });
  if (entries.length === 0) return ports.print('Nothing has happened yet.');
  const rows = entries.map(({ at, ticket, attempt, actor, transition }) =>
    [at, `${ticket}${attempt === null ? '' : ` #${attempt}`}`, actor, transition].map((text) => ({ text })),
  );
  ports.printStyled(table(['WHEN', 'TICKET', 'BY', 'WHAT'], rows, ports.terminal));
}

async function fileOf(desk: CloneDesk, id: string): Promise<{ snapshot: Snapshot; file: TicketFile }> {
  const snapshot = await desk.look();
  const file = snapshot.tickets.get(id) ?? (await snapshot.archived(id));
  if (!file) throw noSuchTicket(id);
  return { snapshot, file };
}

function knownOf(desk: CloneDesk): Parameters<typeof explainAt>[2] {
  const { config, configBroken, file, asOf } = desk;
  return { now: desk.now(), config, configBroken, ...(asOf === null ? { file } : {}) };
}

const noSuchTicket = (id: string): SignalboxError =>
  new SignalboxError('user', 'no-such-ticket', `${id}: ${reasons['no-such-ticket'].replace(/\.$/, '')}`, {
    hint: 'See signalbox list.',
  });

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 100_000) return value;
  throw new InvalidArgumentError('a whole number, 1 or more');
}
