import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Place, tokenNames } from '../setup/place.ts';

/** A person's token for GitHub, from their environment or from GitHub's own command line; null where there is none. */
export async function personsToken(
  { host }: Place,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  for (const name of tokenNames(host)) if (environment[name]) return environment[name];
  try {
    const { stdout } = await promisify(execFile)('gh', ['auth', 'token', '--hostname', host]);
    return stdout.trim() || null;
  } catch {
    return null; // it is not here, or not logged in
  }
}

/** What to do for one. */
export const noToken = (host: string): string =>
  `there is no token: set ${tokenNames(host)[0]}, or log in with \`gh auth login\``;
