import { SignalboxError } from './base/errors.ts';
import { type Clone, openClone } from './cli/clone.ts';
import { examine, followersIn, type Report } from './cli/doctor.ts';
import type { DoctorOptions } from './cli/doctor-command.ts';
import { configPath } from './engine/settings.ts';
import { examineFacts } from './setup/checks.ts';
import { type Config, defaultConfig } from './ticket/config.ts';
import { toldRefs } from './ticket/paths.ts';
import { withoutLogin, withStore } from './wire-clone.ts';
import { gatherFacts, type Standpoint } from './wire-facts.ts';

/**
 * Examines a state branch with the store that the app has too, but as the person whose clone it is: no app, no token. Then
 * everything else that a repository needs, as far as whoever asks can see it.
 */
export async function doctor(options: DoctorOptions, from: Standpoint): Promise<Report> {
  const clone = await openClone(options.clone, options.remote);
  const settings = await settingsFor(clone, options);
  const branch = options.branch ?? settings.config.branch;
  const found = await withStore(clone, { branch }, options, async (store) => {
    const standing = await examine(store, { restore: options.restore });
    const refs = options.restore ? new Map<string, string>() : await clone.refs(toldRefs);
    const told = new Map([...refs].map(([ref, at]) => [ref.slice(toldRefs.length), at]));
    return { ...standing, followers: await followersIn(store, told) };
  });
  const facts = options.restore
    ? null
    : await gatherFacts(clone, { ...settings, config: { ...settings.config, branch } }, found, {
        ...options,
        ...from,
      });
  // Where it was said by hand which branch it is, the config is no part of how that stands.
  const { broken } = options.branch === undefined ? settings : { broken: null };
  const badConfig = { path: configPath, code: 'bad-config', message: broken ?? '' };
  return {
    format: 1,
    remote: withoutLogin(clone.remote),
    branch,
    ...found,
    broken: broken === null ? found.broken : [badConfig, ...found.broken],
    findings: facts === null ? [] : examineFacts(facts),
  };
}

/** The config in force. Where none can be read all else is looked at nevertheless; but no branch is mended by a guess. */
async function settingsFor(
  clone: Clone,
  { branch, restore }: DoctorOptions,
): Promise<{ config: Config; broken: string | null }> {
  if (restore && branch !== undefined) return { config: defaultConfig, broken: null };
  try {
    return await clone.settings();
  } catch (error) {
    if (restore || !(error instanceof SignalboxError) || error.code !== 'bad-config') throw error;
    return { config: defaultConfig, broken: error.message };
  }
}
