import { silentLog } from '../base/log.ts';
import type { Config } from '../ticket/config.ts';
import { Bench } from './bench.ts';
import type { NewCommit, Snapshot, TicketFile } from './ports.ts';
import { momentAt } from './view.ts';

/**
 * What a person's edit of a ticket's file becomes on a head: the commit that brings it, judged as a push of it would be, or
 * in words why it may not stand. Nothing is put back here: an edit that does not stand whole does not stand at all.
 *
 * @param file as it is at `snapshot`
 * @param person who edits, with the right to push
 */
export async function draftEdit(
  snapshot: Snapshot,
  { path, text: before }: Pick<TicketFile, 'path' | 'text'>,
  after: string,
  { person, now, config }: { person: { actor: string; source: string }; now: number; config: Config },
): Promise<{ commit: NewCommit } | { refused: string }> {
  const bench = new Bench(snapshot, {
    config,
    now: momentAt(snapshot, now),
    judged: snapshot.file,
    channel: 'cli',
    log: silentLog, // a command has none, and no person mends the desk for an edit
  });
  const pusher = { commit: person.source, login: person.actor, mayWrite: true };
  await bench.admit({ path, before, after }, pusher);
  const [fault] = bench.refused;
  return fault ? { refused: fault.reason } : { commit: await bench.close() };
}
