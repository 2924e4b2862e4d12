import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundled } from './bundled.ts';
import { type Login, repository } from './repository.ts';
import type { World } from './world.ts';

/*
 * A person at a terminal: a home with git's configuration and a login in it, a clone made with them, and the command line.
 */

const run = promisify(execFile);

export interface Said {
  status: number;
  stdout: string;
  stderr: string;
}

export interface PersonsClone {
  folder: string;
  git(...args: string[]): Promise<string>;
  /** `signalbox <args>` as a process in the clone. */
  signalbox(...args: string[]): Promise<Said>;
}

/** @param variables that the person has set */
export async function cloneOf(
  desk: World,
  login: Login,
  variables: Record<string, string> = {},
): Promise<PersonsClone> {
  const home = join(desk.folder, `home-${login}`);
  mkdirSync(home);
  const helper = `!f() { echo username=${login}; echo password=${desk.tokens.get(login)}; }; f`;
  writeFileSync(
    join(home, '.gitconfig'),
    `[user]\n\tname = ${login}\n\temail = ${login}@acme.invalid\n[credential "${desk.github.url}"]\n\thelper = "${helper}"\n`,
  );
  const env = { PATH: process.env.PATH ?? '', HOME: home, GIT_TERMINAL_PROMPT: '0', ...variables };
  const cwd = join(home, 'desk');
  await run('git', ['clone', '--quiet', `${desk.github.url}/${repository}.git`, cwd], { env });
  const program = await bundled('src/main.ts');
  return {
    folder: cwd,
    git: async (...args) => (await run('git', args, { cwd, env })).stdout.trim(),
    signalbox: (...args) =>
      run(process.execPath, [program, ...args], { cwd, env }).then(
        (said) => ({ status: 0, ...said }),
        ({ code, stdout, stderr }) => ({ status: code, stdout, stderr }),
      ),
  };
}
