import { sha256 } from '../base/random.ts';
import { acceptedLast } from './attempts.ts';
import type { Ticket } from './format.ts';
import type { ReasonCode } from './reasons.ts';
import { type Request, waking } from './requests.ts';
import { headOf, isShown } from './reviews.ts';
import { textDigest } from './signals.ts';

/*
 * A comment is as old as it says. A form on a page is sent whenever somebody comes back to the window, so it says what it
 * showed, and what lets a ticket go on counts only for those who saw what there was to see.
 */

/** What a page showed of a ticket: how it was stopped last, what was worked, its text, and the commit to be judged. For a form to bring back. */
export function glanceOf(ticket: Ticket): string {
  const { restricted_at, attempts, title, body } = ticket;
  const worked = attempts.map(({ number, accepted }) => [number, accepted?.at ?? null]);
  // Accepted work is what is judged, before it is on the branch as well.
  const judged = isShown(ticket) ? headOf(ticket) : acceptedLast(ticket)?.work;
  const parts = [
    JSON.stringify(restricted_at),
    JSON.stringify(worked),
    textDigest(title, body),
    judged ?? '',
  ];
  return parts.map(short).join('.');
}

/** Whether a text may be one of `glanceOf`. */
export function isGlance(text: string): boolean {
  return /^[0-9a-f]{16}(\.[0-9a-f]{16}){3}$/.test(text);
}

const short = (text: string): string => sha256(text).slice(0, 16);

/** What the asker of a request did not see, as the reason to refuse it; null where that is nothing of weight for it. */
export function unseen(ticket: Ticket, request: Request): { code: ReasonCode; message?: string } | null {
  const { kind, saw } = request;
  if (saw === undefined) return null;
  const before = saw.split('.');
  const [stops, work, text, head] = glanceOf(ticket).split('.');
  const defers = request.kind === 'park' && request.when !== undefined;
  const loosens = waking.includes(kind) || (defers && ticket.waiting?.kind === 'parked');
  if (loosens && before[0] !== stops) return { code: 'superseded' };
  const judges = ['answer', 'approve', 'decide', 'reject'].includes(kind);
  if (judges && before[1] !== work)
    return { code: 'no-row', message: 'An attempt has ended since this page was loaded. Look at it first.' };
  if ((kind === 'approve' || kind === 'reject') && before[3] !== head) return { code: 'old-commit' };
  return kind === 'release' && !ticket.released && before[2] !== text ? { code: 'text-changed' } : null;
}
