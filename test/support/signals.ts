import { readQuarantined } from '../../src/ticket/codec.ts';
import type { Quarantined } from '../../src/ticket/format.ts';
import { parseQuarantinePath } from '../../src/ticket/paths.ts';
import type { Login } from './repository.ts';
import type { World } from './world.ts';

/*
 * What is pushed past Signalbox, what workers say, and what became of it.
 */

/** Somebody pushes files to the state branch, made anew where another push came first. */
export async function pushFiles(
  desk: World,
  make: () => Record<string, string | null>,
  login: Login = 'wilma',
  message?: string,
): Promise<void> {
  for (;;) {
    try {
      return await desk.pushState(make(), login, message);
    } catch (error) {
      if (!/fetch first|non-fast-forward|cannot lock ref|failed to update ref/.test(String(error)))
        throw error;
    }
  }
}

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
