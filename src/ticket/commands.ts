import * as chrono from 'chrono-node';
import { isoSeconds } from '../base/clock.ts';
import { type Condition, condition, type Priority, priorities } from './format.ts';
import { type Reportable, reportable } from './outside-shape.ts';
import { entryName } from './quarantine.ts';
import { quoteWords } from './quotes.ts';
import { type NameTaking, type SpokenName, spoken } from './spoken.ts';
import { stateWords } from './states.ts';

/*
 * What people write in comments. A command is the first word of the first line; everything else is talk.
 */

/** A command as read. `error` says what could not be read and how it is written. */
export type Command =
  | { name: NameTaking<'condition'>; when?: Condition; reason: string }
  | { [N in NameTaking<'nothing'>]: { name: N } }[NameTaking<'nothing'>]
  | { name: NameTaking<'reason'>; reason: string }
  | { name: NameTaking<'text'>; text: string }
  | { name: NameTaking<'entry'>; digest: string }
  | { name: NameTaking<'priority'>; priority: Priority }
  | { name: NameTaking<'profile'>; profile?: string; reason?: string }
  | { name: NameTaking<'report'>; state: Reportable; summary: string; link?: string }
  | {
      name: 'error';
      command: NameTaking<'condition' | 'text' | 'entry' | 'priority' | 'report'>;
      message: string;
    };

/** Reads a comment; null where it is no command of ours. `now` (milliseconds) is what "next monday" counts from. */
export function readCommand(body: string, now: number): Command | null {
  const [first = '', ...others] = body.trim().split(/\r?\n/);
  const match = /^\/([a-z]+)(?:\s+(.*))?$/.exec(first.trim());
  if (!match) return null;
  const [, name = '', rest = ''] = match;
  const known = spoken.find((one) => one.name === name && one.where !== 'clone');
  return known ? readWords(known.name, [rest, ...others].join('\n'), now) : null;
}

/** Reads what stands behind a word. `now` as in `readCommand`. */
export function readWords(name: SpokenName, behind: string, now: number): Command {
  const words = behind.trim();
  const one = spoken.find((known) => known.name === name);
  switch (one?.takes) {
    case 'condition': {
      const [first = '', ...others] = behind.split('\n');
      return readPark(first.trim(), others.join('\n').trim(), now);
    }
    case 'reason':
      return { name: one.name, reason: words };
    case 'entry':
      return readEntry(one.name, words);
    case 'priority':
      return readPriority(one.name, words);
    case 'report':
      return readReport(one.name, words);
    case 'profile':
      return readProfile(one.name, words);
    case 'text': {
      const message = `Write what the agent shall be told behind it: \`/${one.name} <text>\`.`;
      return words ? { name: one.name, text: words } : { name: 'error', command: one.name, message };
    }
    default:
      return { name } as Command; // the table says that nothing stands behind it
  }
}

function readProfile(name: NameTaking<'profile'>, words: string): Command {
  const [, profile, rest = ''] = /^@?([^\s,;:]+)[\s,;:]*([\s\S]*)$/.exec(words) ?? [];
  if (profile === undefined) return { name };
  const reason = rest.trim().slice(0, 500);
  return { name, profile, ...(reason ? { reason } : {}) };
}

function readPriority(name: NameTaking<'priority'>, words: string): Command {
  const priority = priorities.find((one) => one === words.toLowerCase());
  if (priority) return { name, priority };
  return {
    name: 'error',
    command: name,
    message: `A priority is one of ${priorities.join(', ')}: \`/${name} high\`.`,
  };
}

/** The state comes first; the first address in the words is where there is more to see. */
function readReport(name: NameTaking<'report'>, words: string): Command {
  const [said = '', first = ''] =
    /^(todo|in[ _-]progress|waiting|blocked|review|done|cancelled)(?![\w-])[\s,;:–-]*/i.exec(words) ?? [];
  const state = reportable.find((one) => one === first.toLowerCase().replace(/[ -]/, '_'));
  if (!state) {
    const message = `Say how it stands, one of ${reportable.map(stateWords).join(', ')}, and then what there is to say: \`/${name} done <words>\`.`;
    return { name: 'error', command: name, message };
  }
  const summary = words.slice(said.length).trim();
  const link = /https?:\/\/[^\s<>"`]{1,480}/i.exec(summary)?.[0].replace(/[.,;:!?)\]]+$/, '');
  return { name, state, summary, ...(link ? { link } : {}) };
}

function readEntry(name: NameTaking<'entry'>, words: string): Command {
  const digest = (words.split(/\s/)[0] ?? '').replaceAll('`', '').toLowerCase();
  if (entryName.test(digest)) return { name, digest };
  const message = `Name what lies in quarantine by its digest, or at least 8 characters of it: \`/${name} 3fa9c0de\`.`;
  return { name: 'error', command: name, message };
}

function readPark(line: string, more: string, now: number): Command {
  const reason = (text: string) => [text.replace(/^[\s,;:–-]+/, '').trim(), more].filter(Boolean).join('\n');
  const until = /^until\s+(.*)$/i.exec(line);
  if (until) {
    const words = until[1] ?? '';
    const [found] = chrono.parse(words, { instant: new Date(now), timezone: 'UTC' }, { forwardDate: true });
    if (found?.index !== 0) return parkError(`I cannot read ${quoteWords(words)} as a time.`);
    const when = found.date().getTime();
    if (when <= now) return parkError(`${isoSeconds(when)} is past.`);
    return {
      name: 'park',
      when: { until: isoSeconds(when) },
      reason: reason(words.slice(found.text.length)),
    };
  }
  if (!/^(when|after)\s/i.test(line)) return { name: 'park', reason: reason(line) };
  const read = readIdle(line) ?? readAfter(line);
  // All of it or nothing: of half a condition the ticket would start too early.
  if (!read || !condition.safeParse(read.when).success)
    return parkError(`I cannot read the condition ${quoteWords(line)}.`);
  return { name: 'park', when: read.when, reason: reason(read.rest) };
}

function readIdle(line: string): { when: Condition; rest: string } | null {
  const match = /^when\s+(?:idle:?\s+([^\s,;]+)|(\S+)\s+is\s+idle)(?:\s+enough)?(.*)$/i.exec(line);
  return match && { when: { idle: match[1] ?? match[2] ?? '' }, rest: match[3] ?? '' };
}

/** What parts two ids is no part of one, so that a line can be read in one way only, and at once. */
function readAfter(line: string): { when: Condition; rest: string } | null {
  const match =
    /^(?:when|after)\s+([a-z0-9-]+(?:(?:\s*,\s*|\s+and\s+)[a-z0-9-]+)*)\s+(?:is|are)\s+done\b(.*)$/i.exec(
      line,
    );
  return match && { when: { after: (match[1] ?? '').split(/\s*,\s*|\s+and\s+/i) }, rest: match[2] ?? '' };
}

function parkError(message: string): Command {
  const forms =
    '`/park until 2026-06-01 9:00`, `/park when luci is idle`, `/park after MC-1 is done`, or `/park` and a reason';
  return { name: 'error', command: 'park', message: `${message} Write ${forms}. Times are UTC.` };
}
