import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, gitEnvironment } from '../src/base/git.ts';
import { archivePath, ticketPath, witnessRef } from '../src/ticket/paths.ts';

/*
 * State branches of a given age, as bare repositories in a temporary folder: one commit with all tickets in it.
 */

export const branch = 'signalbox';
export const stateRef = `refs/heads/${branch}`;

/** How old a desk is: closed tickets in the sharded archive, open ones beside each other. */
export interface Age {
  archived: number;
  open: number;
}

/** Ids of open tickets are `T-1` and up: each the ticket of the issue with its number. */
export const openId = (number: number): string => `T-${number}`;

/** Prose to bring a ticket to the 1,070 bytes that others were measured with. */
const body = Array.from(
  { length: 11 },
  (_, line) => `  Line ${line + 10} of what is to be done, as people write it, and why.`,
).join('\n');

/** An open ticket belongs to a person, so that nothing ever claims it. */
export function ticketText(id: string, state: 'waiting' | 'done', issue: number | null): string {
  const waiting = '{ kind: parked, reason: not yet, by: elmar, since: 2026-05-25T09:12:00Z }';
  return `format: 1
id: ${id}
title: Rework the fuel-impact report of ${id}
${issue === null ? '' : `issue: ${issue}\n`}state: ${state}
${state === 'waiting' ? `waiting: ${waiting}\n` : ''}owner: elmar
priority: high
created: 2026-05-25T09:12:00Z
body: |
${body}
`;
}

/** A folder of repositories, thrown away as a whole. */
export class Fixtures {
  readonly folder: string;
  readonly #made = new Map<string, Promise<string>>();
  #copies = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Fixtures> {
    return new Fixtures(await mkdtemp(join(tmpdir(), 'signalbox-bench-')));
  }

  /** A bare repository of its own for one side: the head is Signalbox's own, nothing in it is foreign. */
  async remote(age: Age): Promise<string> {
    const name = `${age.archived}-${age.open}`;
    if (!this.#made.has(name)) this.#made.set(name, makeRemote(join(this.folder, `${name}.git`), age));
    const copy = this.place('remote');
    await cp((await this.#made.get(name)) ?? '', copy, { recursive: true });
    return copy;
  }

  /** A path where nothing is yet. */
  place(name: string): string {
    return join(this.folder, `${name}-${this.#copies++}`);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function makeRemote(folder: string, { archived, open }: Age): Promise<string> {
  await run(['init', '-q', '--bare', '-b', branch, folder], tmpdir());
  const importer = spawn('git', ['fast-import', '--quiet', '--depth=0'], {
    cwd: folder,
    env: gitEnvironment(),
  });
  const closed = once(importer, 'close');
  const say = async (text: string) => {
    if (!importer.stdin.write(text)) await once(importer.stdin, 'drain');
  };
  await say(
    `commit ${stateRef}\ncommitter Signalbox <signalbox@localhost> 1780000000 +0000\ndata 5\nbegin\n`,
  );
  const file = (path: string, text: string) =>
    say(`M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`);
  for (let number = 1; number <= open; number++)
    await file(ticketPath(openId(number)), ticketText(openId(number), 'waiting', number));
  for (let number = 1; number <= archived; number++)
    await file(archivePath(`OLD-${number}`), ticketText(`OLD-${number}`, 'done', null));
  importer.stdin.end(`reset ${witnessRef}\nfrom ${stateRef}\n\n`);
  const [code] = (await closed) as [number];
  if (code !== 0) throw new Error('git fast-import failed');
  return folder;
}

/** Runs git and wants it to succeed. */
async function run(args: string[], cwd: string): Promise<void> {
  const { code, stderr } = await git(args, { cwd });
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
}
