import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';

/** A person's home, their clone of a team's repository, and nothing of this machine's git configuration: new for each test. */
export function aPerson() {
  const here = { folder: '', clone: '' };
  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-cli-test-'));
    Object.assign(here, { folder, clone: join(folder, 'clone') });
    vi.stubEnv('HOME', folder);
    vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
    vi.stubEnv('XDG_CONFIG_HOME', folder);
    writeFileSync(join(folder, '.gitconfig'), '[user]\n\tname = Wilma\n\temail = wilma@acme.invalid\n');
    git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', 'team.git');
    git(folder, 'clone', '--quiet', join(folder, 'team.git'), 'clone');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(here.folder, { recursive: true, force: true });
  });

  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

  /** Pushes files on top of a branch, from the clone. Answers the commit. */
  const push = (branch: string, files: Record<string, string>): string => {
    const { clone } = here;
    if (git(clone, 'ls-remote', 'origin', branch)) {
      git(clone, 'fetch', '--quiet', 'origin', branch);
      git(clone, 'checkout', '--quiet', '--detach', 'FETCH_HEAD');
    } else {
      git(clone, 'checkout', '--quiet', '--orphan', `new-${branch}`);
      git(clone, 'rm', '-r', '--quiet', '--force', '--ignore-unmatch', '.');
    }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(clone, path)), { recursive: true });
      writeFileSync(join(clone, path), text);
    }
    git(clone, 'add', '--all', '--force');
    git(clone, 'commit', '--quiet', '--message', 'by hand');
    git(clone, 'push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
    return git(clone, 'rev-parse', 'HEAD');
  };

  return { here, git, push };
}
