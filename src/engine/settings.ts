import type { Clock } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { readConfig } from '../ticket/codec.ts';
import { type Config, defaultConfig } from '../ticket/config.ts';
import type { Forge } from './ports.ts';

/** Where a repository's config is, on its default branch. */
export const configPath = '.github/signalbox.yml';

/** How long a config that was read is good, in milliseconds. */
const goodForMs = 10_000;

/** How many of its versions are looked through for one that can be read. */
const versionsLimit = 20;

type ConfigForge = Pick<Forge, 'file' | 'commitsOf'>;

interface Loaded {
  config: Config;
  /** Why the newest version is not the one in force, naming the field; null where it is. */
  broken: string | null;
}

/**
 * Reads the config; the default where there is none, and the last good version where the newest is broken: `last`, or
 * the one that the default branch's history has. Throws `bad-config` where there is none.
 */
export async function loadConfig(forge: ConfigForge, last: Config | null = null): Promise<Loaded> {
  const text = await forge.file(configPath);
  if (text === null) return { config: defaultConfig, broken: null };
  const { config, broken: fault } = readConfig(text);
  if (config) return { config, broken: null };
  const broken = `${configPath}: ${fault?.message}`;
  const good = last ?? (await lastGood(forge));
  if (good) return { config: good, broken };
  throw new SignalboxError('config', 'bad-config', broken, {
    hint: `Mend it: none of its last ${versionsLimit} versions can be read.`,
  });
}

async function lastGood(forge: ConfigForge): Promise<Config | null> {
  for (const commit of await forge.commitsOf(configPath, versionsLimit)) {
    const text = await forge.file(configPath, commit);
    const { config } = text === null ? { config: null } : readConfig(text);
    if (config) return config;
  }
  return null;
}

export interface Settings {
  /** The config as it is now, or its last good version. */
  config: () => Promise<Config>;
  /** Why the newest version is not in force, as last seen; null where it is. */
  broken: () => string | null;
}

/** The repository's config, read again when what is known of it has grown old; a breakage is logged. */
export function makeSettings(forge: ConfigForge, { clock, log }: { clock: Clock; log: Log }): Settings {
  let last: (Loaded & { at: number }) | null = null;
  const config = async () => {
    if (last && clock.now() - last.at < goodForMs) return last.config;
    try {
      const loaded = await loadConfig(forge, last?.config);
      if (loaded.broken) log.error('the last good config stays in force', { broken: loaded.broken });
      last = { ...loaded, at: clock.now() };
    } catch (error) {
      if (!last) throw error;
      log.error('the config cannot be read; what is known of it stays', { error: asError(error) });
      last = { ...last, at: clock.now() };
    }
    return last.config;
  };
  return { config, broken: () => last?.broken ?? null };
}
