// Stryker disable StringLiteral: words for people, not rules
import type { Ticket } from './format.ts';
import type { OutsideReport } from './outside-shape.ts';
import { harmless, quote } from './quotes.ts';
import type { Request } from './requests.ts';
import { standing, stateWords } from './states.ts';

/** Who says how a mirror ticket goes on. */
export const whoReports = 'Whoever works it says how it stands: `/report <state> <words>`.';

/** Why nothing of it is started or stopped here. */
export const elsewhere = 'Its work is launched elsewhere.';

/** What people are told of a request of a mirror ticket beyond how it stands now; null where there is nothing to say. */
export function whatMirrors(before: Ticket, after: Ticket, { kind, ...asked }: Request): string | null {
  if (!after.mirror) return null;
  const stands = `${after.id} is ${standing(after.state)}${after.hold ? ' and held' : ''}.`;
  if (kind === 'park' || kind === 'cancel' || kind === 'hold')
    return `${stands} ${elsewhere} What runs there is not stopped by this: stop it there.`;
  const isUnmoved = kind === 'report' && 'state' in asked && asked.state !== after.state;
  if (!isUnmoved) return null;
  return before.state === 'waiting' && after.state === 'waiting'
    ? `The report is kept. ${after.id} waits here all the same: only a release wakes it.`
    : `The report is kept. ${stands} Something that is not older was said before.`;
}

/** The latest report, as the status comment tells it. */
export function reportLines({ mirror, reports }: Ticket): string[] {
  if (!mirror) return [];
  const last = reports.at(-1);
  return last
    ? [`${elsewhere} ${reportWords(last)}`, ...(last.summary ? [quote(last.summary)] : []), '']
    : [`${elsewhere} Nothing was reported yet.`, ''];
}

function reportWords({ state, by, at, link }: OutsideReport): string {
  return `Reported as ${stateWords(state)} by ${harmless(by)} at ${at}${link ? `: ${harmless(link)}` : '.'}`;
}
