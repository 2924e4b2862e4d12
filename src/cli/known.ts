import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../base/random.ts';
import { type Config, config as schema } from '../ticket/config.ts';

/*
 * What a clone last knew of its remote, kept beside the mirrors of the state branch: what can be read with the network gone.
 */

export interface Known {
  config: Config;
  broken: string | null;
  /** When each state branch was last looked at (ISO). */
  looked: Record<string, string>;
}

/** A short name for what belongs to one remote, or to one branch of it. */
export function keyOf(...parts: readonly string[]): string {
  return sha256(parts.join('\0')).slice(0, 16);
}

/** Null where nothing is known, or what is was written by another version. */
export async function readKnown(keep: string, remote: string): Promise<Known | null> {
  try {
    const { config, broken, looked } = JSON.parse(await readFile(fileOf(keep, remote), 'utf8'));
    return { config: schema.parse(config), broken: broken ?? null, looked: { ...looked } };
  } catch {
    return null;
  }
}

/** Remembers it. A clone that cannot be written to remembers nothing. */
export async function writeKnown(keep: string, remote: string, known: Known): Promise<void> {
  const before = await readKnown(keep, remote);
  const looked = { ...before?.looked, ...known.looked };
  try {
    await mkdir(keep, { recursive: true });
    await writeFile(fileOf(keep, remote), `${JSON.stringify({ ...known, looked }, null, 2)}\n`);
  } catch {
    // said by nothing: only the next look without a network would have had it
  }
}

const fileOf = (keep: string, remote: string): string => join(keep, `${keyOf(remote)}.json`);
