import type { z } from 'zod';
import { SignalboxError } from '../base/errors.ts';
import { type Config, config } from './config.ts';
import { idPattern } from './fields.ts';
import {
  type Desk,
  desk,
  formatVersion,
  type Quarantined,
  quarantined,
  type Signal,
  signal,
  type Ticket,
  ticket,
} from './format.ts';
import { saidOf, saidShape } from './said.ts';
import { cut } from './signals.ts';
import { type Breakage, fullFile, isFull, largestFile, lineOf, parseYaml } from './yaml.ts';
import { editYaml, renderYaml, without } from './yaml-edit.ts';

/*
 * Files on the state branch to values and back. Reading never throws: a bad file is a `Breakage`, and harms nobody
 * else. Writing throws (kind `user`; `too-large` or `bad-field`) rather than make a file that could not be read again.
 */

/** The ticket in `text`, which must say that it is `id` (the name of its file). */
export function readTicket(id: string, text: string): { ticket: Ticket | null; broken: Breakage | null } {
  if (id.length > 64 || !idPattern.test(id)) {
    return { ticket: null, broken: { code: 'bad-id', message: `${id.slice(0, 80)} cannot be a ticket id` } };
  }
  const { value, broken } = read(ticket, text);
  if (value && value.id !== id) {
    return {
      ticket: null,
      broken: { code: 'id-mismatch', message: `id is ${value.id}, the file is ${id}.yaml` },
    };
  }
  return { ticket: value, broken };
}

/** The desk's switches in `desk.yaml`. */
export function readDesk(text: string): { desk: Desk | null; broken: Breakage | null } {
  const { value, broken } = read(desk, text);
  return { desk: value, broken };
}

/** What a worker said, whoever wrote the text. */
export function readSignal(text: string): { signal: Signal | null; broken: Breakage | null } {
  const { value, broken } = read(signal, text);
  return { signal: value, broken };
}

/** A refused signal as it was kept. */
export function readQuarantined(text: string): { quarantined: Quarantined | null; broken: Breakage | null } {
  const { value, broken } = read(quarantined, text);
  return { quarantined: value, broken };
}

/** The repository's config, `.github/signalbox.yml`. */
export function readConfig(text: string): { config: Config | null; broken: Breakage | null } {
  const { value, broken } = read(config, text);
  return { config: value, broken };
}

/**
 * `value` as its file. Of `previous`, its present text, all stays that did not change: comments, order, spacing. Where
 * the file is full every reason in it is cut and details go, so that there is room for what stops or closes the ticket.
 */
export function writeTicket(value: Ticket, previous?: string): string {
  const least = { format: formatVersion, id: value.id, title: value.title, state: value.state };
  const text = write(ticket, value, least, previous);
  return fits(isFull(text) ? write(ticket, withShortReasons(value), least, previous) : text);
}

/** As `writeTicket`, where words are added. A full file takes none, though it may become shorter than it was `before`. */
export function writeWords(value: Ticket, previous?: string, before: string = previous ?? ''): string {
  const text = writeTicket(value, previous);
  if (!isFull(text) || Buffer.byteLength(text) <= Buffer.byteLength(before)) return text;
  throw tooLarge(fullFile);
}

/** As `writeTicket`, for `desk.yaml`. */
export function writeDesk(value: Desk, previous?: string): string {
  const text = write(desk, value, { format: formatVersion }, previous);
  return fits(text, { file: 'desk.yaml', hint: 'Shorten its comments.' });
}

export function writeSignal(value: Signal): string {
  return fits(renderYaml(ordered(signal, value)));
}

/** A refused signal is kept whatever it is: one that is too large as escaped is cut, its details first. */
export function writeQuarantined(value: Quarantined): string {
  const render = (one: Quarantined) => renderYaml(ordered(quarantined, one));
  const text = render(value);
  const { signal: spoken } = value;
  if (Buffer.byteLength(text) <= largestFile || 'unreadable' in spoken) return fits(text);
  const bare: Signal = { ...spoken, summary: cut(spoken.summary), ...withoutDetails };
  const short = render({ ...value, signal: { ...bare, ...saidOf(spoken) } });
  return Buffer.byteLength(short) <= largestFile ? short : fits(render({ ...value, signal: bare }));
}

const withoutDetails = Object.fromEntries(Object.keys(saidShape).map((name) => [name, undefined]));

function read<T>(
  schema: z.ZodType<T>,
  text: string,
): { value: T; broken: null } | { value: null; broken: Breakage } {
  const { document, value, broken } = parseYaml(text);
  if (broken) return { value: null, broken };
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
  if (typeof format === 'number' && format > formatVersion) {
    const message = `format ${format} is newer than ${formatVersion}, the newest this Signalbox reads`;
    return { value: null, broken: { code: 'newer-format', message } };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data, broken: null };
  const [issue] = parsed.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const line = lineOf(document, text, [...(issue?.path ?? []), ...unknown]);
  const message = `${describe(parsed.error.issues)} (line ${line})`;
  return { value: null, broken: { code: 'bad-field', message } };
}

/** The first fault, by the path of its field: `attempt.run.id: expected number`. */
function describe(issues: readonly z.core.$ZodIssue[]): string {
  const issue = issues[0];
  if (!issue) return 'not as it should be';
  const place = issue.path.map(String).join('.').slice(0, 200);
  const message = issue.message.replace(/^Invalid input: /, '').slice(0, 200);
  return place ? `${place}: ${message}` : message;
}

type Shaped<T> = z.ZodType<T> & { shape: Record<string, z.ZodType> };

function write<T extends object>(
  schema: Shaped<T>,
  value: T,
  least: object,
  previous: string | undefined,
): string {
  const checked = schema.safeParse(value);
  if (!checked.success) throw new SignalboxError('user', 'bad-field', describe(checked.error.issues));
  const fields = ordered(schema, value);
  const defaults = without(schema.parse(least), least);
  return previous === undefined
    ? renderYaml(without(fields, defaults))
    : editYaml(previous, fields, defaults);
}

function withShortReasons(value: Ticket): Ticket {
  const { waiting, blocked, attempts } = value;
  const short = <T extends { reason: string }>(one: T): T => ({ ...one, reason: cut(one.reason, 1000) });
  const asked = waiting?.question === undefined ? {} : { question: cut(waiting.question, 1000) };
  return {
    ...value,
    waiting: waiting && { ...short(waiting), ...asked },
    blocked: blocked && short(blocked),
    attempts: attempts.map(({ said: _, ...one }) =>
      short(one.report ? { ...one, report: { ...one.report, summary: cut(one.report.summary, 200) } } : one),
    ),
  };
}

/** In the schema's order, whatever order `value` has: that is the order people read. */
function ordered<T extends object>(schema: Shaped<T>, value: T): Record<string, unknown> {
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.fromEntries(Object.keys(schema.shape).map((key) => [key, fields.get(key)]));
}

const ofTicket = { file: 'the file', hint: 'Shorten the text or the messages of the ticket.' };

function fits(text: string, of = ofTicket): string {
  if (Buffer.byteLength(text) <= largestFile) return text;
  throw tooLarge(largestFile, of);
}

function tooLarge(limit: number, { file, hint } = ofTicket): SignalboxError {
  const message = `${file} would be larger than ${limit / 1024} KiB`;
  return new SignalboxError('user', 'too-large', message, { hint });
}
