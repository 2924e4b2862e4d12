import * as chrono from 'chrono-node/en';
import { isoSeconds } from '../base/clock.ts';

/*
 * Times that people write, in the time zone that they mean, and back. The zone's rules are those of the machine's `Intl`.
 */

/** Whether `Intl` knows a time zone of this name (IANA, as `Europe/Berlin`). */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** A time as read: milliseconds since the epoch, how much of the words it took, and the zone that it was read in. */
export interface ReadTime {
  at: number;
  length: number;
  zone: string;
}

/**
 * Reads the time that `words` begin with (`next monday 9:00`, `in 2 hours`, `tomorrow 17:00 Europe/Berlin`); null where
 * they begin with none, and the fault where the zone behind it is unknown.
 *
 * @param now what "tomorrow" counts from, in milliseconds
 * @param zone what holds where the words name none
 */
export function readTime(words: string, now: number, zone: string): ReadTime | { fault: string } | null {
  const read = readIn(words, now, zone);
  const named = read && /^ \(?([A-Z]\w+\/[A-Z][\w/+-]+)\)?/.exec(words.slice(read.length));
  if (!read || !named) return read;
  const [text, name = ''] = named;
  if (!isTimeZone(name)) return { fault: `There is no time zone ${name}.` };
  const there = readIn(words.slice(0, read.length), now, name);
  return there && { ...there, length: there.length + text.length };
}

function readIn(words: string, now: number, zone: string): ReadTime | null {
  const reference = { instant: new Date(now), timezone: offsetAt(now, zone) };
  const [found] = chrono.parse(words, reference, { forwardDate: true });
  if (found?.index !== 0) return null;
  const { start, text } = found;
  const part = (name: chrono.Component) => start.get(name) ?? 0;
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  // With an offset of its own (`17:00 CET`, `in 2 hours`) it is a moment; any other is what clocks in the zone show.
  const at = start.isCertain('timezoneOffset') ? found.date().getTime() : momentOf(local, zone);
  return Number.isNaN(at) ? null : { at, length: text.length, zone };
}

/**
 * When clocks in a zone show a local time (`local`: as if it were UTC, in milliseconds). One that they show twice is the
 * later; one that they skip is as much later as they skip: a ticket never wakes before it was meant to.
 */
function momentOf(local: number, zone: string): number {
  const dayMs = 24 * 3600_000;
  const around = [local - dayMs, local + dayMs].map((near) => local - offsetAt(near, zone) * 60_000);
  const shown = around.filter((at) => at + offsetAt(at, zone) * 60_000 === local);
  return Math.max(...(shown.length > 0 ? shown : around));
}

/** By how many minutes clocks in a zone are ahead of UTC. */
function offsetAt(at: number, zone: string): number {
  const shown = Date.parse(`${localParts(at, zone).time}Z`);
  return Math.round((shown - Math.floor(at / 1000) * 1000) / 60_000);
}

function localParts(at: number, zone: string): { time: string; day: string } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  const time = `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}:${of('second')}`;
  return { time, day: of('weekday') };
}

/** A moment in UTC, and as clocks in a zone show it: `2026-06-01T07:00:00Z (Mon 2026-06-01 09:00 Europe/Berlin)`. */
export function timeWords(iso: string, zone: string | undefined): string {
  if (zone === undefined || zone === 'UTC' || !isTimeZone(zone)) return iso;
  const { time, day } = localParts(Date.parse(iso), zone);
  return `${iso} (${day} ${time.slice(0, 16).replace('T', ' ')} ${zone})`;
}

/** A read time as a file holds it. */
export function untilOf({ at, zone }: ReadTime): { until: string; zone?: string } {
  return { until: isoSeconds(at), ...(zone === 'UTC' ? {} : { zone }) };
}
