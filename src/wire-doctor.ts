import { openClone } from './cli/clone.ts';
import { examine, type Report } from './cli/doctor.ts';
import type { DoctorOptions } from './cli/doctor-command.ts';
import { configPath } from './engine/settings.ts';
import { withoutLogin, withStore } from './wire-clone.ts';

/** Examines a state branch with the store that the app has too, but as the person whose clone it is: no app, no token. */
export async function doctor(options: DoctorOptions): Promise<Report> {
  const clone = await openClone(options.clone, options.remote);
  const settings = options.branch === undefined ? await clone.settings() : null;
  const branch = settings?.config.branch ?? options.branch ?? '';
  return withStore(clone, branch, options, async (store) => {
    const found = await examine(store, { restore: options.restore });
    const { broken = null } = settings ?? {};
    const badConfig = { path: configPath, code: 'bad-config', message: broken ?? '' };
    return {
      format: 1,
      remote: withoutLogin(clone.remote),
      branch,
      ...found,
      broken: broken === null ? found.broken : [badConfig, ...found.broken],
    };
  });
}
