import { isoSeconds } from '../base/clock.ts';
import type { Context } from './context.ts';

/** An installation that is younger than this, in milliseconds, when a repository is first served brought it along. */
const freshMs = 24 * 3600_000;

/**
 * From when on people's labels count here (ISO): since the installation, and not before the repository was first served.
 * One may be added to an installation years later, and its old labels say something else. That moment is written to
 * `desk.yaml` once; under a fresh installation it is the installation's own, so that nothing is missed while the app starts.
 */
export async function servedSince({ writer, forge, installedAt }: Context): Promise<string> {
  const { desk, deskBroken } = await writer.read();
  const first = forge.now() - Date.parse(installedAt) < freshMs ? installedAt : isoSeconds(forge.now());
  const later = (since: string) => (since > installedAt ? since : installedAt);
  if (desk.serving_since !== null) return later(desk.serving_since);
  if (deskBroken) return first; // what a person is about to mend is not written over
  await writer.handleDesk({ kind: 'serve', source: 'serving', at: first, actor: 'signalbox' });
  return later((await writer.read()).desk.serving_since ?? first);
}
