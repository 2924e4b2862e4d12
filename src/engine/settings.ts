import type { Clock } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { readConfig } from '../ticket/codec.ts';
import { type Config, defaultConfig } from '../ticket/config.ts';
import type { Forge } from './ports.ts';

/** Where a repository's config is, on its default branch. */
const configPath = '.github/signalbox.yml';

/** How long a config that was read is good, in milliseconds. */
const goodForMs = 10_000;

/** Reads the config; the default where there is none. Throws `bad-config`, naming the field, where it is broken. */
export async function loadConfig(forge: Pick<Forge, 'file'>): Promise<Config> {
  const text = await forge.file(configPath);
  if (text === null) return defaultConfig;
  const { config, broken } = readConfig(text);
  if (config) return config;
  throw new SignalboxError('config', 'bad-config', `${configPath}: ${broken?.message}`, {
    hint: 'The last good version stays in force until it is mended.',
  });
}

/** The config as it is now, or its last good version where a new one is broken; the breakage is logged. */
export function makeSettings(
  forge: Pick<Forge, 'file'>,
  { clock, log }: { clock: Clock; log: Log },
): () => Promise<Config> {
  let last: { config: Config; at: number } | null = null;
  return async () => {
    if (last && clock.now() - last.at < goodForMs) return last.config;
    try {
      last = { config: await loadConfig(forge), at: clock.now() };
    } catch (error) {
      if (!last) throw error;
      log.error('the config cannot be read; the last good version stays', { error: error as Error });
      last = { ...last, at: clock.now() };
    }
    return last.config;
  };
}
