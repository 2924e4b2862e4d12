import type { Comment, HistoryEntry } from '../engine/ports.ts';
import type { Entry } from '../ticket/decision.ts';
import type { Message } from '../ticket/format.ts';
import { markerOf } from '../ticket/sentences.ts';

/** Something that happened to a ticket, wherever it is written down. */
export interface Happening {
  kind: 'change' | 'stop' | 'signal' | 'refusal' | 'comment' | 'call' | 'message';
  at: string;
  /** Who or what did it. */
  by: string;
  /** One line. */
  title: string;
  /** All of it, where there is more: somebody's words. */
  text: string | null;
  /** Whether the text is one of our own sentences. */
  isOurs: boolean;
  /** The commit of the state branch that made it so. */
  commit: string | null;
}

export interface Written {
  history: readonly HistoryEntry[];
  comments: readonly Comment[];
  entries: readonly Entry[];
  messages: readonly Message[];
}

/** Everything in one line, the latest first. */
export function timelineOf({ history, comments, entries, messages }: Written): Happening[] {
  const all = [
    ...history.filter(({ transition }) => !isBookkeeping(transition)).map(ofHistory),
    ...comments.flatMap(ofComment),
    ...entries.flatMap(ofEntry),
    ...messages.map(ofMessage),
  ];
  return all.sort((a, b) => b.at.localeCompare(a.at));
}

const isBookkeeping = (transition: string): boolean => /^(mirrored|link|delivered)\b/.test(transition);

const signals = /^(done|review|question|failed)\b/;
const stops = /^(park|cancel|interrupt|stopped|stopped_by_person|lost|quota|undispatchable|expire)\b/;

function ofHistory({ commit, at, transition, actor, attempt }: HistoryEntry): Happening {
  const isRefused = / refused: /.test(transition);
  const kind = isRefused
    ? 'refusal'
    : signals.test(transition)
      ? 'signal'
      : stops.test(transition)
        ? 'stop'
        : 'change';
  const which = attempt === null || kind === 'change' ? '' : ` (attempt ${attempt})`;
  const title = `${transition.replaceAll('_', ' ').replaceAll('->', '→')}${which}`;
  return { kind, at, by: actor, title, text: null, isOurs: true, commit };
}

/** Our own comments say again what the history says, but for evidence and calls; the status is on the page already. */
function ofComment({ at, author, body, ours }: Comment): Happening[] {
  if (!ours)
    return [
      {
        kind: 'comment',
        at,
        by: author,
        title: 'wrote on the issue',
        text: body,
        isOurs: false,
        commit: null,
      },
    ];
  const name = markerOf(body) ?? '';
  const text = body.replace(/^<!--.*?-->\n?/, '');
  if (name.startsWith('evidence:'))
    return [{ kind: 'stop', at, by: author, title: 'evidence', text, isOurs: true, commit: null }];
  const isCall = /^(again:)?(blocked|question|alarm):/.test(name) || name.startsWith('follow-up:');
  return isCall
    ? [{ kind: 'call', at, by: author, title: 'called a person', text, isOurs: true, commit: null }]
    : [];
}

function ofEntry({ kept, attempt }: Entry): Happening[] {
  if (!kept) return [];
  const { at, actor, code, reason, channel } = kept;
  const what =
    channel === 'push' ? 'a pushed change did not stand' : `a signal of attempt ${attempt} was refused`;
  return [
    { kind: 'refusal', at, by: actor, title: `${what}: ${code}`, text: reason, isOurs: true, commit: null },
  ];
}

function ofMessage({ at, by, text, delivered }: Message): Happening {
  const fate = delivered ? `given to attempt ${delivered.attempt}` : 'not given to an agent yet';
  return { kind: 'message', at, by, title: `said to the agent, ${fate}`, text, isOurs: false, commit: null };
}
