import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClone } from './cli/clone.ts';
import { examine, type Report } from './cli/doctor.ts';
import type { DoctorOptions } from './cli/doctor-command.ts';
import { configPath } from './engine/settings.ts';
import { openGitStore } from './store/git-store.ts';

/** Examines a state branch with the store that the app has too, but as the person whose clone it is: no app, no token. */
export async function doctor(options: DoctorOptions): Promise<Report> {
  const { clock, random, log, restore } = options;
  const { remote, login, author, settings } = await openClone(options.clone, options.remote);
  const { branch, broken } =
    options.branch === undefined ? await settings() : { branch: options.branch, broken: null };
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-doctor-'));
  try {
    const store = await openGitStore({
      folder: join(folder, 'mirror.git'),
      remote,
      branch,
      login,
      author,
      clock,
      random,
      log,
    });
    try {
      const found = await examine(store, { restore });
      const badConfig = { path: configPath, code: 'bad-config', message: broken ?? '' };
      return {
        format: 1,
        remote: withoutLogin(remote),
        branch,
        ...found,
        broken: broken === null ? found.broken : [badConfig, ...found.broken],
      };
    } finally {
      await store.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function withoutLogin(address: string): string {
  return address.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1');
}
