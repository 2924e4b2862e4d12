import type { Command } from 'commander';
import {
  addCloneFlags,
  type CloneFlags,
  type ClonePorts,
  cloneStatuses,
  onDesk,
  refusedStatus,
} from './clone-desk.ts';
import { guarded } from './guarded.ts';
import { type Item, itemNamed, listItems, settle } from './quarantine.ts';

const help = `
A signal that was refused (it came too late, say) is kept whole until a person decides about it. Accepting it decides it
again, now, as your own act: a "done" ends its phase and its work is shown. Works in any clone of the team's repository,
with your own git login and the right to push; on an issue the same is /accept <digest> and /discard <digest>.

Example:
  signalbox quarantine list
  signalbox quarantine show 3fa9c0de
  signalbox quarantine accept 3fa9c0de

Exit status: 0 done, or done before, ${cloneStatuses};
a refused accept or discard: 4 for run-not-ended, else 1.

With --json one object is printed, and nothing else on standard output: { format: 1, remote, branch } with
  list             entries: [{ ticket, attempt, digest, path, kept }]; kept is the file, or null where it cannot be read
  show             entry: one of these
  accept, discard  entry, and decision: { accepted, code, message }`;

export function addQuarantine(program: Command, ports: ClonePorts): void {
  const quarantine = program
    .command('quarantine')
    .description('list, show, accept or discard signals that were refused')
    .addHelpText('after', help);
  const add = (name: string, description: string, run: (flags: Flags, ...named: string[]) => Promise<void>) =>
    addCloneFlags(quarantine.command(name).description(description))
      .addHelpText('after', help)
      .action((...given: unknown[]) => {
        const flags = given.at(-2) as Flags;
        const named = given.slice(0, -2) as string[];
        return guarded(ports, () => run(flags, ...named));
      });
  add('list', 'what lies in quarantine, oldest first', (flags) => list(ports, flags)).option(
    '--ticket <id>',
    'of one ticket alone',
  );
  add('show <digest>', 'one of it, whole', (flags, named = '') => show(ports, flags, named));
  add('accept <digest>', 'let a refused signal count, as of now and as your act', (flags, named = '') =>
    decide(ports, flags, 'accept', named),
  );
  add('discard <digest>', "take it out of quarantine; the branch's history keeps it", (flags, named = '') =>
    decide(ports, flags, 'discard', named),
  );
}

interface Flags extends CloneFlags {
  ticket?: string;
}

async function list(ports: ClonePorts, flags: Flags): Promise<void> {
  await onDesk(ports, flags, async (desk) => {
    const entries = await listItems(await desk.head(), flags.ticket);
    const empty = 'Nothing lies in quarantine.';
    say(ports, flags, desk, { entries }, entries.length > 0 ? entries.map(lineOf).join('\n') : empty);
  });
}

async function show(ports: ClonePorts, flags: Flags, named: string): Promise<void> {
  await onDesk(ports, flags, async (desk) => {
    const head = await desk.head();
    const entry = await itemNamed(head, named);
    const text = (await head.file(entry.path)) ?? '';
    say(ports, flags, desk, { entry }, `${entry.path}\n\n${text.trimEnd()}`);
  });
}

async function decide(
  ports: ClonePorts,
  flags: Flags,
  kind: 'accept' | 'discard',
  named: string,
): Promise<void> {
  const refused = await onDesk(ports, flags, async (desk) => {
    const { item: entry, decision } = await settle(desk, kind, named);
    const { accepted, code, message } = decision;
    const isDone = accepted || code === 'already-so';
    const words = isDone ? `${kind}ed: ${message}` : `${code}: ${message}`;
    if (isDone || flags.json)
      say(ports, flags, desk, { entry, decision: { accepted, code, message } }, words);
    else ports.printError(words);
    return isDone ? null : code;
  });
  if (refused) ports.exit(refusedStatus(refused));
}

function say(
  ports: ClonePorts,
  { json }: Flags,
  { remote, branch }: { remote: string; branch: string },
  found: object,
  words: string,
): void {
  ports.print(json ? JSON.stringify({ format: 1, remote, branch, ...found }, null, 2) : words);
}

/** `3fa9c0de1234  MC-1 #1  done  attempt-closed  2026-05-25T09:12:00Z  It works` */
function lineOf({ ticket, attempt, digest, kept }: Item): string {
  const short = digest.slice(0, 12);
  if (!kept) return `${short}  ${ticket} #${attempt}  cannot be read`;
  const isRead = !('unreadable' in kept.signal);
  const kind =
    kept.channel === 'push' ? 'push' : 'unreadable' in kept.signal ? 'unreadable' : kept.signal.kind;
  const said = 'unreadable' in kept.signal ? kept.signal.unreadable : kept.signal.summary;
  const words = inLine(isRead ? said : `${kept.actor}: ${said}`);
  return `${short}  ${ticket} #${attempt}  ${kind}  ${inLine(kept.code)}  ${kept.at}  ${words}`;
}

/** Words of others, which anybody who may push can have written, in one line. */
function inLine(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 80)} …` : line;
}
