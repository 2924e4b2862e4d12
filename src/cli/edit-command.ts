import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { asError, SignalboxError } from '../base/errors.ts';
import { type Priority, priorities } from '../ticket/format.ts';
import {
  addCloneFlags,
  type CloneFlags,
  type ClonePorts,
  cloneStatuses,
  onDesk,
  printJson,
  ticketNamed,
} from './clone-desk.ts';
import { type Edit, editOnHead, ofFields, ofText } from './edit.ts';
import { editedFrom, openEditor } from './editor.ts';
import { guarded } from './guarded.ts';

const help = `
Without an option the ticket's file is opened in your editor (git's: GIT_EDITOR, core.editor, VISUAL, EDITOR). Title, owner,
priority, body, not_before, after and parent are yours to edit; a change of state, hold, waiting or phases is asked like the
command that it amounts to; all else is Signalbox's own record. Comments in the file are kept. Where the ticket moved on meanwhile, your
changes are made on it as it is then. What is not accepted changes nothing, and your text is kept.

Example:
  signalbox edit MC-4159
  signalbox edit MC-4159 --title "Rework the fuel report" --priority high --owner luci
  signalbox edit MC-4159 --file ticket.yaml

Exit status: 0 done, or nothing to change, ${cloneStatuses};
a text that is no ticket's, or that may not be so: 1.

With --json one object is printed, and nothing else on standard output:
{ format: 1, remote, branch, ticket, changed: [fields], commit: null where nothing changed }`;

interface Flags extends CloneFlags {
  title?: string;
  owner?: string;
  priority?: Priority;
  phases?: string[];
  body?: string;
  file?: string;
}

export function addEdit(program: Command, ports: ClonePorts): void {
  const command = program
    .command('edit <ticket>')
    .description("edit a ticket's file, or some of its fields")
    .option('--title <title>')
    .option('--owner <name>', 'an agent profile or a person; - for nobody')
    .addOption(new Option('--priority <priority>').choices(priorities))
    .option('--phases <names>', 'what it goes through, in order, with commas', (text: string) =>
      text.split(',').map((one) => one.trim()),
    )
    .option('--body <text>')
    .option('--file <path>', 'the whole file, edited before');
  addCloneFlags(command)
    .addHelpText('after', help)
    .action((ticket: string, flags: Flags) => guarded(ports, () => run(ports, flags, ticket)));
}

async function run(ports: ClonePorts, flags: Flags, named: string): Promise<void> {
  const id = ticketNamed(named);
  await onDesk(ports, flags, async (desk) => {
    const file = (await desk.head()).tickets.get(id);
    if (!file) throw noOpenTicket(id);
    const drafted =
      flags.file === undefined && !fieldsOf(flags)
        ? await openEditor(flags.clone, file.path, file.text)
        : null;
    try {
      const edit = await editOf(flags, file.text, drafted?.text ?? null);
      const { changed, commit } = edit ? await editOnHead(desk, id, edit) : { changed: [], commit: null };
      await drafted?.drop();
      if (flags.json) printJson(ports, desk, { ticket: id, changed, commit });
      else
        ports.print(changed.length > 0 ? `${id}: ${changed.join(', ')} changed.` : `${id}: nothing changed.`);
    } catch (error) {
      if (drafted && error instanceof SignalboxError) throw keptAt(error, drafted.path, id);
      throw error;
    }
  });
}

function fieldsOf({ title, owner, priority, phases, body }: Flags): object | null {
  const fields = {
    ...(title === undefined ? {} : { title }),
    ...(owner === undefined ? {} : { owner: owner === '-' ? null : owner }),
    ...(priority === undefined ? {} : { priority }),
    ...(phases === undefined ? {} : { phases }),
    ...(body === undefined ? {} : { body }),
  };
  return Object.keys(fields).length > 0 ? fields : null;
}

async function editOf(flags: Flags, before: string, drafted: string | null): Promise<Edit | null> {
  const fields = fieldsOf(flags);
  if (flags.file !== undefined && fields)
    throw new SignalboxError('user', 'bad-input', 'give the file, or fields, not both');
  if (fields) return ofFields(fields);
  const text =
    drafted ??
    (await readFile(flags.file ?? '', 'utf8').catch((error) => {
      throw new SignalboxError('user', 'no-file', asError(error).message);
    }));
  const from =
    flags.file === undefined ? before : await readFile(editedFrom(flags.file), 'utf8').catch(() => before);
  return text === from ? null : ofText(from, text);
}

const noOpenTicket = (id: string): SignalboxError =>
  new SignalboxError('user', 'no-such-ticket', `there is no open ticket ${id}`, {
    hint: 'A closed one is reopened first: signalbox reopen.',
  });

/** Nobody writes a text twice because a program did not like it. */
function keptAt({ kind, code, message, hint }: SignalboxError, path: string, id: string): SignalboxError {
  const again = `Your text is kept: mend it, and signalbox edit ${id} --file ${path}.`;
  return new SignalboxError(kind, code, message, { hint: hint ? `${hint} ${again}` : again });
}
