import { type Condition, condition } from './condition-format.ts';
import { quoteWords } from './quotes.ts';
import { readTime, untilOf } from './times.ts';

/*
 * Conditions as people write them: `until friday and when luci is idle for 30 minutes: she has a lot to do`.
 */

/** A condition with what is said behind it, or why the words are none though they begin like one. */
export type ReadCondition = { when: Condition; rest: string } | { fault: string };

/** What the words are read by: when they were said (milliseconds), and the time zone that holds where they name none. */
export interface Heard {
  now: number;
  zone: string;
}

const begins = /^(?:until|when|after) /i;

/** What goes on with a condition, and is no reason: a joint, the beginning of another, or a time zone. Behind a colon or a dash all is a reason. */
const goesOn = [
  /^ for /i,
  /^[,;.]* ?(?:and|or|but|&|\+)(?![\w-])/i,
  /^[,;.]* (?:only |not )?(?:until|when|after|before|if|unless|once) /i,
  /^[,;.]* (?:\S+ )?(?:is |are )?(?:idle|done)(?![\w-])/i,
  /^[,;.]* [A-Z][A-Z0-9]*-\w*\d\w*(?![\w-])/,
  /^[,;.]* (?:in )?(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific)\//i,
];

/**
 * Reads the condition that a line begins with; null where it does not begin like one. All of it or nothing: of half a
 * condition a ticket would start too early.
 */
export function readCondition(line: string, heard: Heard): ReadCondition | null {
  const words = line.replace(/\s+/g, ' ').trim();
  if (!begins.test(words)) return null;
  const parts: Condition[] = [];
  const joints = new Set<string>();
  for (let left = words; ; ) {
    const part = readPart(left, heard);
    if ('fault' in part) return part;
    parts.push(part.when);
    const next = nextPart(part.rest, heard);
    if (!next) return together(parts, joints, part.rest);
    joints.add(next.joint);
    left = next.words;
  }
}

function together(parts: Condition[], joints: ReadonlySet<string>, rest: string): ReadCondition {
  if (joints.size > 1)
    return {
      fault: '`and` with `or` can be read in two ways. Use one of them; a file can have both (`all`, `any`).',
    };
  if (goesOn.some((one) => one.test(rest)))
    return {
      fault: `I cannot read ${quoteWords(rest.trim())} behind a condition. Join whole conditions by \`and\` or \`or\`; a time zone follows its time at once (\`9:00 Europe/Berlin\`); a reason follows a colon.`,
    };
  const [first] = parts;
  const when = parts.length === 1 ? first : joints.has('or') ? { any: parts } : { all: parts };
  const { data } = condition.safeParse(when);
  return data ? { when: data, rest } : { fault: 'This condition is too long, or names what cannot be.' };
}

/** What follows behind `and` or `or`, if that is a condition: where `when` is left out it may be a reason's words. */
function nextPart(rest: string, heard: Heard): { joint: string; words: string } | null {
  const [, joint = '', words = ''] = /^,? (and|or) (.*)$/i.exec(rest) ?? [];
  if (begins.test(words)) return { joint: joint.toLowerCase(), words };
  const implied = `when ${words}`;
  return words && !('fault' in readPart(implied, heard))
    ? { joint: joint.toLowerCase(), words: implied }
    : null;
}

function readPart(words: string, heard: Heard): ReadCondition {
  if (/^until /i.test(words)) return readUntil(words.slice('until '.length), heard);
  return (
    readIdle(words) ??
    readFewer(words) ??
    readChecks(words) ??
    readAfter(words) ?? { fault: `I cannot read the condition ${quoteWords(words)}.` }
  );
}

function readUntil(words: string, { now, zone }: Heard): ReadCondition {
  const read = readTime(words, now, zone);
  if (!read) return { fault: `I cannot read ${quoteWords(words)} as a time.` };
  if ('fault' in read) return read;
  const until = untilOf(read);
  if (read.at <= now) return { fault: `${until.until} is past.` };
  return { when: until, rest: words.slice(read.length) };
}

type Found = { when: Condition; rest: string } | null;

/** Behind the name of an agent: for how long, and what parts it from the reason. */
const lasting = '(?: enough)?(?: for (\\d{1,5}) ?(minutes?|min|m|hours?|h))?(?![\\w-])(.*)$';
const idle = new RegExp(`^when (?:idle:? ([^ ,;]+)|([^ ,;]+) is idle)${lasting}`, 'i');
const fewer = new RegExp(
  `^when fewer than (\\d{1,4}) of ([^ ,;]+) (?:runs?|are running|works?)${lasting}`,
  'i',
);

const checks =
  /^when (?:(?:the |all )?checks(?::| of:?| on:?| at:?) ?([^ ,;:]*[^ ,;:.])(?: (?:are|is) green)?|([^ ,;:]*[^ ,;:.]) is green)(?![\w-])(.*)$/i;

function readChecks(words: string): Found {
  const [all, first, second, rest = ''] = checks.exec(words) ?? [];
  return all === undefined ? null : { when: { checks: first ?? second ?? '' }, rest };
}

function readIdle(words: string): Found {
  const [all, first, second, count, unit, rest = ''] = idle.exec(words) ?? [];
  return all === undefined
    ? null
    : { when: { idle: first ?? second ?? '', ...lastingOf(count, unit) }, rest };
}

function readFewer(words: string): Found {
  const [all, below, agent = '', count, unit, rest = ''] = fewer.exec(words) ?? [];
  return all === undefined
    ? null
    : { when: { idle: agent, below: Number(below), ...lastingOf(count, unit) }, rest };
}

function lastingOf(count: string | undefined, unit: string | undefined): { minutes?: number } {
  return count === undefined
    ? {}
    : { minutes: Number(count) * (unit?.toLowerCase().startsWith('h') ? 60 : 1) };
}

/** What parts two ids is no part of one, so that a line can be read in one way only, and at once. */
function readAfter(words: string): Found {
  const match = /^(?:when|after) ([a-z0-9-]+(?:(?: ?, ?| and )[a-z0-9-]+)*) (?:is|are) done\b(.*)$/i.exec(
    words,
  );
  return match && { when: { after: (match[1] ?? '').split(/ ?, ?| and /i) }, rest: match[2] ?? '' };
}
