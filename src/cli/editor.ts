import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { SignalboxError } from '../base/errors.ts';
import { personsGit } from '../base/persons-git.ts';

/** Where the text stands that a kept one was edited from: what others change meanwhile is not taken back by it. */
export const editedFrom = (path: string): string => `${path}.before`;

/** A text that somebody edited. It is kept at `path`, and what it was beside it, until it is dropped. */
export interface Drafted {
  path: string;
  text: string;
  drop(): Promise<void>;
}

/** Opens a text in the person's editor, the one that git would open in their clone, and waits until it is closed. */
export async function openEditor(clone: string, name: string, text: string): Promise<Drafted> {
  const { code, stdout, stderr } = await personsGit(['var', 'GIT_EDITOR'], clone);
  if (code !== 0) throw noEditor(stderr.trim());
  const path = join(await mkdtemp(join(tmpdir(), 'signalbox-edit-')), basename(name));
  await writeFile(path, text);
  await writeFile(editedFrom(path), text);
  // As git does: the editor may be a command with arguments.
  const editor = spawn('sh', ['-c', `${stdout.trim()} "$@"`, 'editor', path], { stdio: 'inherit' });
  const [status] = (await once(editor, 'close')) as [number | null];
  const drop = () => rm(dirname(path), { recursive: true, force: true });
  if (status !== 0) {
    await drop();
    throw noEditor(`${stdout.trim()} ended with ${status}`);
  }
  return { path, text: await readFile(path, 'utf8'), drop };
}

const noEditor = (message: string): SignalboxError =>
  new SignalboxError('user', 'no-editor', message, {
    hint: 'Set EDITOR, or give the fields: signalbox edit MC-4159 --title <title>.',
  });
