import type { Condition } from './condition-format.ts';
import { type Heard, readCondition } from './condition-reading.ts';
import { type Priority, priorities } from './format.ts';
import { type Reportable, reportable } from './outside-shape.ts';
import { isTicketId } from './paths.ts';
import { entryName } from './quarantine.ts';
import { type NameTaking, type SpokenName, spoken } from './spoken.ts';
import { stateWords } from './states.ts';

/*
 * What people write in comments. A command is the first word of the first line; everything else is talk.
 */

/** A command as read. `error` says what could not be read and how it is written. */
export type Command =
  | { name: NameTaking<'condition'>; when?: Condition; unread?: string; after?: string[]; reason: string }
  | { name: NameTaking<'tickets'>; after: string[] }
  | { [N in NameTaking<'nothing'>]: { name: N } }[NameTaking<'nothing'>]
  | { name: NameTaking<'reason'>; reason: string }
  | { name: NameTaking<'text'>; text: string }
  | { name: NameTaking<'entry'>; digest: string }
  | { name: NameTaking<'priority'>; priority: Priority }
  | { name: NameTaking<'profile'>; profile?: string; reason?: string }
  | { name: NameTaking<'report'>; state: Reportable; summary: string; link?: string }
  | { name: NameTaking<'option'>; option: string }
  | { name: NameTaking<'phases'>; phases: string[] }
  | {
      name: 'error';
      command: NameTaking<'tickets' | 'text' | 'entry' | 'priority' | 'report' | 'option' | 'phases'>;
      message: string;
    };

/** Reads a comment; null where it is no command of ours. */
export function readCommand(body: string, heard: Heard): Command | null {
  const [first = '', ...others] = body.trim().split(/\r?\n/);
  const match = /^\/([a-z]+)(?:\s+(.*))?$/.exec(first.trim());
  if (!match) return null;
  const [, name = '', rest = ''] = match;
  const known = spoken.find((one) => one.name === name);
  return known ? readWords(known.name, [rest, ...others].join('\n'), heard) : null;
}

/** Reads what stands behind a word. */
export function readWords(name: SpokenName, behind: string, heard: Heard): Command {
  const words = behind.trim();
  const one = spoken.find((known) => known.name === name);
  switch (one?.takes) {
    case 'condition': {
      const [first = '', ...others] = behind.split('\n');
      return readPark(first.trim(), others.join('\n').trim(), heard);
    }
    case 'tickets':
      return readTickets(one.name, words);
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
    case 'option': {
      const message = `Name one of the options, by its number or in its words: \`/${one.name} 2\`.`;
      return words ? { name: one.name, option: words } : { name: 'error', command: one.name, message };
    }
    case 'phases': {
      const phases = words.split(/[\s,]+/).filter((name) => name !== '');
      const message = `Name the phases in their order: \`/${one.name} ${one.example}\`.`;
      return phases.length > 0 ? { name: one.name, phases } : { name: 'error', command: one.name, message };
    }
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

/** What cannot be read parks all the same, without a condition: whoever wrote it wanted it to wait. */
function readPark(line: string, more: string, heard: Heard): Command {
  const reason = (text: string) => [text.replace(/^[\s,;:–-]+/, '').trim(), more].filter(Boolean).join('\n');
  const read = readCondition(line, heard);
  if (!read) return { name: 'park', reason: reason(line) };
  if ('fault' in read) return { name: 'park', unread: read.fault, reason: reason(line) };
  return { name: 'park', when: read.when, reason: reason(read.rest) };
}

/** Tickets that are waited for: `MC-1, MC-2`, `nothing`; with `and park` behind them it is a park, too. */
function readTickets(name: NameTaking<'tickets'>, words: string): Command {
  const [, said = '', park] =
    /^(.*?)( and park)?$/i.exec((words.split('\n')[0] ?? '').replace(/\s+/g, ' ').trim()) ?? [];
  const ids = /^(?:nothing|none)$/i.test(said) ? [] : said.split(/ ?, ?| and /i);
  if (ids.length > 50 || !ids.every(isTicketId)) {
    const forms = `\`/${name} MC-1, MC-2\`, \`/${name} MC-1 and park\`, or \`/${name} nothing\``;
    return { name: 'error', command: name, message: `Name the tickets that must be done before: ${forms}.` };
  }
  const after = [...new Set(ids)];
  return park ? { name: 'park', after, reason: '' } : { name, after };
}
