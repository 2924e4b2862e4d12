import { runInNewContext } from 'node:vm';
import type { Log } from '../base/log.ts';
import type { Profile } from '../ticket/config.ts';
import { pauseEnd } from '../ticket/quota.ts';
import type { AgentExit } from './agent.ts';
import { onScreen } from './screen.ts';

/** The provider's limit that an agent ran into: until when (ISO), and the line that said so. */
export interface Limit {
  until: string;
  line: string;
}

/** Lines of the output's end that are looked at, and characters of each. */
const [mostLines, longestLine] = [40, 500];
/** Milliseconds that one pattern may take over all lines: one that backtracks without end must not hold up the end of a run. */
const patternMs = 250;

const search = `
  const pattern = new RegExp(source, 'i');
  let found = null;
  for (const line of lines) {
    const match = pattern.exec(line);
    if (match) found = [line, match.groups?.until ?? null];
    if (match) break;
  }
  found && JSON.stringify(found);`;

/** Whether an agent ended because its provider lets it do no more, as its profile says how that looks; else null. */
export function limitMet(
  { quota }: Pick<Profile, 'quota'>,
  { exit, printed, now, log }: { exit: AgentExit | null; printed: string; now: number; log: Log },
): Limit | null {
  if (!quota) return null;
  const pauseMs = quota.pause_minutes * 60_000;
  const lines = onScreen(printed)
    .map((line) => line.trim().slice(0, longestLine))
    .filter((line) => line !== '')
    .slice(-mostLines)
    .reverse();
  for (const source of quota.patterns) {
    const found = matched(source, lines, log);
    if (found) return { line: found.line, until: pauseEnd(found.until, { now, pauseMs }) };
  }
  if (!exit || !('code' in exit) || !quota.exit_codes.includes(exit.code)) return null;
  const line = `exit status ${exit.code}${lines[0] ? `: ${lines[0]}` : ''}`;
  return { line, until: pauseEnd(null, { now, pauseMs }) };
}

/** The newest line that a pattern of the config fits. */
function matched(
  source: string,
  lines: readonly string[],
  log: Log,
): { line: string; until: string | null } | null {
  try {
    const found: unknown = runInNewContext(search, { source, lines }, { timeout: patternMs });
    if (typeof found !== 'string') return null;
    const [line, until] = JSON.parse(found) as [string, string | null];
    return { line, until };
  } catch (error) {
    log.warn('a quota pattern of the profile is left out: it takes too long', { pattern: source, error });
    return null;
  }
}
