import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SimpleGit, simpleGit } from 'simple-git';
import { git } from '../src/base/git.ts';
import { ticketPath } from '../src/ticket/paths.ts';
import { branch, openId } from './fixture.ts';

/** The other side: what one writes first, a work tree and simple-git. No rules, no YAML, no check of anything. */
export interface Naive {
  /** Changes an open ticket's file and commits it; with `push` publishes the commit, too. */
  change(number: number, push: boolean): Promise<void>;
}

/** How the work tree's git is run: through simple-git, or as plain processes, which saves its waiting (50 ms). */
export type Means = 'simple-git' | 'git';

/**
 * A clone with the settings of our mirror where they save time: nothing forced to disk, no clean-up behind our back.
 */
export async function openNaive(folder: string, remote: string, means: Means = 'simple-git'): Promise<Naive> {
  await simpleGit().clone(remote, folder, ['--quiet', '--branch', branch, '--config', 'core.fsync=none']);
  const tree = simpleGit(folder);
  for (const [name, value] of [
    ['gc.auto', '0'],
    ['user.name', 'Naive'],
    ['user.email', 'naive@localhost'],
  ] as const)
    await tree.addConfig(name, value);
  const ways = means === 'git' ? plainGit(folder) : throughSimpleGit(tree);
  let changes = 0;
  return {
    async change(number, push) {
      const path = ticketPath(openId(number));
      const file = join(folder, path);
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace(/reason: [^,]*/, `reason: not before ${++changes}`));
      await ways.add(path);
      await ways.commit(`${openId(number)} park`);
      if (push) await ways.push();
    },
  };
}

interface Ways {
  add(path: string): Promise<unknown>;
  commit(message: string): Promise<unknown>;
  push(): Promise<unknown>;
}

function throughSimpleGit(tree: SimpleGit): Ways {
  return {
    add: (path) => tree.add(path),
    commit: (message) => tree.commit(message),
    push: () => tree.push('origin', branch),
  };
}

function plainGit(cwd: string): Ways {
  const run = async (...args: string[]) => {
    const { code, stderr } = await git(args, { cwd });
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  };
  return {
    add: (path) => run('add', path),
    commit: (message) => run('commit', '--quiet', '-m', message),
    push: () => run('push', '--quiet', 'origin', branch),
  };
}
