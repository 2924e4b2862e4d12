import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { asError, SignalboxError } from '../base/errors.ts';
import { readWords } from '../ticket/commands.ts';
import type { Condition } from '../ticket/condition-format.ts';
import type { Heard } from '../ticket/condition-reading.ts';
import type { Decision } from '../ticket/decision.ts';
import { type Priority, priorities } from '../ticket/format.ts';
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

const help = `
It lies in the inbox until somebody releases it. With --wait it is born waiting, in its first commit, and wakes by itself:
  --wait "until=2026-06-01 9:00"   a time has come, in the time zone of the config
  --wait after=MC-1,MC-2           these tickets are done
  --wait idle=luci                 an agent runs nothing
  --wait checks=main               everything that is checked at the head of a branch is green
More than one: all of them. --hold: born waiting, until a release. With --after no agent takes it before other tickets are done, though
it was released. The app gives it an issue.
With --mirror its work is launched elsewhere: Signalbox starts nothing of it, and signalbox report says how it stands.

Example:
  signalbox new "Rework the fuel-impact report" --owner luci --priority high --wait idle=luci
  signalbox new "Rake" --body-file - < rake.md

Exit status: 0 done, ${cloneStatuses};
what the rules refuse (ticket-exists, bad-field): 1.

With --json one object is printed, and nothing else on standard output:
{ format: 1, remote, branch, ticket: its id, decision: { accepted, code, message } }`;

interface Flags extends CloneFlags {
  id?: string;
  body?: string;
  bodyFile?: string;
  owner?: string;
  priority?: Priority;
  phases?: string[];
  wait?: string[];
  after?: string[];
  parent?: string;
  reason: string;
  hold: boolean;
  mirror: boolean;
}

export function addNew(program: Command, ports: ClonePorts): void {
  const { clock } = ports;
  const command = program
    .command('new <title...>')
    .description('make a ticket')
    .option('--body <text>', 'what is to be done')
    .option('--body-file <path>', 'the same from a file; - reads standard input')
    .option('--owner <name>', 'an agent profile, or a person')
    .addOption(new Option('--priority <priority>', 'normal where it is not said').choices(priorities))
    .option('--phases <names>', 'phases, with commas; default: the first of the config', list)
    .option(
      '--wait <condition>',
      'born waiting: until=<time>, after=<tickets>, idle=<agent> or checks=<branch>',
      (text, before: string[] = []) => {
        conditionOf(text, { now: clock.now(), zone: 'UTC' });
        return [...before, text];
      },
    )
    .option('--after <tickets>', 'tickets that must be done before, with commas', list)
    .option('--parent <ticket>', 'the ticket that it is a part of')
    .option('--reason <text>', 'why it waits', '')
    .option('--hold', 'born waiting, until a release', false)
    .option('--mirror', 'its work is launched elsewhere, and reported here', false)
    .option('--id <id>', 'its id; default: the prefix of the config, and some letters and digits');
  addCloneFlags(command)
    .addHelpText('after', help)
    .action((title: string[], flags: Flags) =>
      guarded(ports, () => run(ports, flags, title.join(' ').trim())),
    );
}

async function run(ports: ClonePorts, flags: Flags, title: string): Promise<void> {
  const body = await bodyOf(flags);
  const refused = await onDesk(ports, flags, async (desk) => {
    await desk.head();
    const { id, decision } = await create(ports, desk, flags, { title, body });
    const { accepted, code, message } = decision;
    if (flags.json) printJson(ports, desk, { ticket: id, decision: { accepted, code, message } });
    else if (accepted) for (const line of [message, ...remarks(desk, decision)]) ports.print(line);
    else ports.printError(`${code}: ${message}`);
    return accepted ? null : code;
  });
  if (refused) ports.exit(refusedStatus(refused));
}

/** What its author may not know: that it lies there, and that nobody takes what a slip of the pen owns. */
function remarks({ config }: CloneDesk, { ticket }: Decision): string[] {
  const { id, owner, state } = ticket ?? {};
  const isAgent = !owner || Object.hasOwn(config.agents, owner);
  return [
    ...(isAgent ? [] : [`${owner} is no agent of the config, so no agent takes it.`]),
    ...(state === 'inbox' ? [`Nothing starts before it is released: signalbox release ${id}`] : []),
  ];
}

/** How often another id is drawn where one is taken. */
const draws = 5;

async function create(
  { random, clock }: ClonePorts,
  desk: CloneDesk,
  { id: named, owner, priority, phases, wait = [], after, parent, reason, hold, mirror }: Flags,
  text: { title: string; body: string },
): Promise<{ id: string; decision: Decision }> {
  const heard = { now: clock.now(), zone: desk.config.time_zone };
  const [first, ...others] = wait.map((text) => conditionOf(text, heard));
  const when = first && (others.length > 0 ? { all: [first, ...others] } : first);
  const asked = {
    kind: 'create',
    issue: null,
    ...text,
    owner: owner ?? null,
    ...(priority ? { priority } : {}),
    ...(phases ? { phases } : {}),
    ...(after ? { after: after.map(ticketNamed) } : {}),
    ...(parent ? { parent: ticketNamed(parent) } : {}),
    park: when ? { by: desk.actor, when, reason } : null,
    hold,
    ...(mirror ? { mirror } : {}),
    mirrored: null,
    answered: {},
  } as const;
  for (let draw = 1; ; draw++) {
    // A letter first: what is a number is the ticket of the issue with that number.
    const id = named === undefined ? `${desk.config.prefix}-t${random.hex(3)}` : ticketNamed(named);
    const decision = await desk.ask(id, { ...asked, id });
    if (decision.code !== 'ticket-exists' || named !== undefined || draw === draws) return { id, decision };
  }
}

async function bodyOf({ body, bodyFile }: Flags): Promise<string> {
  if (bodyFile === undefined) return body ?? '';
  if (body !== undefined)
    throw new SignalboxError('user', 'bad-input', '--body and --body-file are both given');
  try {
    return await (bodyFile === '-' ? readAll(process.stdin) : readFile(bodyFile, 'utf8'));
  } catch (cause) {
    throw new SignalboxError('user', 'no-file', asError(cause).message, { cause });
  }
}

/** What `park` understands, too. */
function conditionOf(text: string, heard: Heard): Condition {
  const [, kind = '', words = ''] = /^(until|after|idle|checks)=(.*)$/s.exec(text) ?? [];
  const forms: Record<string, string> = {
    until: `until ${words}`,
    after: `after ${words} are done`,
    idle: `when idle ${words}`,
    checks: `when checks: ${words}`,
  };
  const said = forms[kind] ?? '';
  const command = readWords('park', said, heard);
  if (command.name === 'park' && command.when && !command.reason) return command.when;
  throw new InvalidArgumentError('write until=<time>, after=MC-1,MC-2, idle=<agent> or checks=<branch>');
}

function list(text: string): string[] {
  return text.split(',').map((one) => one.trim());
}
