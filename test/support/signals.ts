import { readQuarantined } from '../../src/ticket/codec.ts';
import type { Quarantined } from '../../src/ticket/format.ts';
import { parseQuarantinePath } from '../../src/ticket/paths.ts';
import type { World } from './world.ts';

/*
 * What workers say, and what became of it.
 */

/** The key of an attempt, as its agent was given it. */
export function keyOf(desk: World, ticket: string, attempt: number): string {
  const key = desk.agent(ticket, attempt)?.env.SIGNALBOX_KEY;
  if (!key) throw new Error(`${ticket} #${attempt} has not begun`);
  return key;
}

/** A completion as a worker comments it. */
export function completion(words: string, key: string, attempt?: number): string {
  return [words, '', `key: ${key}`, ...(attempt ? [`attempt: ${attempt}`] : [])].join('\n');
}

/** What lies in a ticket's quarantine now. */
export function quarantineOf(desk: World, ticket: string): Quarantined[] {
  return desk.files().flatMap((path) => {
    if (parseQuarantinePath(path)?.id !== ticket) return [];
    const { quarantined, broken } = readQuarantined(desk.file(path) ?? '');
    if (!quarantined) throw new Error(`${path}: ${broken?.message}`);
    return quarantined;
  });
}

/** Waits for the refused signal whose words are `summary`. */
export function untilQuarantined(desk: World, ticket: string, summary: string): Promise<Quarantined> {
  return desk.until(`quarantined: ${summary.slice(0, 60)}`, () =>
    quarantineOf(desk, ticket).find(({ signal }) => 'summary' in signal && signal.summary === summary),
  );
}
