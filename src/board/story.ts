import { asError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Panel } from '../engine/panel.ts';
import type { TicketFile } from '../engine/ports.ts';
import { entriesOf } from '../engine/quarantine.ts';
import type { RunStep } from '../engine/sights.ts';
import type { Entry } from '../ticket/decision.ts';
import type { Explanation } from '../ticket/explain.ts';
import type { Deck } from './deck.ts';
import { type Happening, timelineOf } from './timeline.ts';

/** Transitions of one ticket that its page shows; git has the rest. */
const historyMax = 200;
/** The end of a log that is shown, in characters. */
const tailMax = 12_000;

/** What the page of a ticket shows beside its file. */
export interface Story {
  file: TicketFile;
  why: Explanation;
  happenings: readonly Happening[];
  entries: readonly Entry[];
  run: RunSight | null;
  /** What GitHub did not give: the page says so, and shows the rest. */
  missing: string[];
}

/** What GitHub lets us see of the latest run. */
export interface RunSight {
  id: number;
  attempt: number;
  isLive: boolean;
  url: string;
  steps: RunStep[];
  /** What was said with the work that it saved last, and when (ISO); null once it has ended. */
  said: { at: string; words: string } | null;
  /** The end of its log; null where GitHub gives none (yet). */
  tail: string | null;
}

/** Reads everything about a ticket; null where there is none. What GitHub fails to give is left out, and said. */
export async function storyOf(panel: Panel, { scene }: Deck, id: string, log: Log): Promise<Story | null> {
  const [file, why] = await Promise.all([panel.file(id), panel.explain(id)]);
  if (!file || !why) return null;
  const missing: string[] = [];
  const orNone = async <T>(what: string, asked: Promise<T>, none: T): Promise<T> =>
    asked.catch((error) => {
      log.warn('a page is shown without something', { ticket: id, what, error: asError(error) });
      missing.push(what);
      return none;
    });
  const issue = file.ticket?.issue ?? null;
  const [history, comments, entries, run] = await Promise.all([
    orNone('history', panel.history(id, { limit: historyMax }), []),
    orNone('comments', issue === null ? Promise.resolve([]) : panel.forge.comments(issue), []),
    entriesOf(scene.snapshot, (of) => of === id),
    orNone('run', runOf(panel, file), null),
  ]);
  const messages = file.ticket?.messages ?? [];
  const happenings = timelineOf({ history, comments, entries, messages });
  return { file, why, happenings, entries, run, missing };
}

async function runOf(panel: Panel, { id: ticketId, ticket }: TicketFile): Promise<RunSight | null> {
  const latest = ticket?.attempt?.run ? ticket.attempt : ticket?.attempts.findLast(({ run }) => run !== null);
  if (!latest?.run) return null;
  const { id, url } = latest.run;
  const { forge } = panel;
  const isLive = ticket?.attempt?.number === latest.number;
  const [steps, text, said] = await Promise.all([
    forge.runSteps(id),
    forge.runLog(id),
    isLive ? panel.lastWords(ticketId, latest.number) : null,
  ]);
  return { said, id, attempt: latest.number, isLive, url, steps, tail: text === null ? null : tailOf(text) };
}

function tailOf(text: string): string {
  const plain = text
    .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
    .replace(/[^\S\n\t ]|[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
  const cut = plain.length > tailMax ? plain.slice(plain.indexOf('\n', plain.length - tailMax) + 1) : plain;
  // Actions writes the time before each line, to seven places; whoever wants it has the log itself.
  return cut.replace(/^\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)\.\d+Z /gm, '$1 ').trimEnd();
}
