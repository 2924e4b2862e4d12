import { stripVTControlCharacters } from 'node:util';

/** The job's log. */
export interface Output {
  line(text: string): void;
}

/** Where GitHub's runner ends a line of a step's output: at a carriage return, too (.NET's `ReadLine`). */
const lineEnd = /\r\n|\r|\n/;

/**
 * An output in which no secret is shown, in which nothing moves a terminal's cursor, and in which no text can be taken for a
 * command to the Actions runner (`::add-mask::` at a line's begin, whatever white space is before it; `##[…]` anywhere in it).
 * Of a text with several lines all but the first are indented: what others wrote stands at no line's begin. Secrets shorter
 * than eight characters are left: masking `1` would make a log unreadable.
 */
export function guarded(output: Output, secrets: readonly string[]): Output {
  const hide = masker(secrets);
  return {
    line(text) {
      const [first = '', ...more] = stripVTControlCharacters(text).split(lineEnd);
      for (const one of [first, ...more.map((line) => `  ${line}`)]) output.line(defused(hide(visible(one))));
    },
  };
}

const visible = (line: string): string =>
  line.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, '');

const defused = (line: string): string =>
  line.replaceAll('##[', '## [').replace(/^([\s\p{Z}\p{Cf}]*):(?=:)/u, '$1: ');

/** Replaces each secret by `***`. */
export function masker(secrets: readonly string[]): (text: string) => string {
  const hidden = secrets
    .flatMap((secret) => [secret, ...secret.split('\n')]) // a log has lines, so a key of many lines shows line by line
    .filter((secret) => secret.length >= 8)
    .sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

/** A value with each text in it, however deep, as `hide` leaves it. */
export function hidden<T>(value: T, hide: (text: string) => string): T {
  const each = (one: unknown): unknown => {
    if (typeof one === 'string') return hide(one);
    if (Array.isArray(one)) return one.map(each);
    if (one === null || typeof one !== 'object') return one;
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, each(inner)]));
  };
  return each(value) as T; // of the same shape
}

/**
 * Lines of a program in a log, up to so many characters: a log has a limit, and what is said after the program's end must
 * find room. The first line that finds none says so.
 */
export function upTo(most: number, say: (line: string) => void): (line: string) => void {
  let left = most;
  return (line) => {
    if (left < 0) return;
    left -= line.length + 1;
    say(
      left < 0 ? '[it prints more than this log takes: the rest is left out, but for its last words]' : line,
    );
  };
}

/** Cuts a stream of text into lines; a line longer than twice `longest` is cut in pieces, once its secrets are hidden. */
export function splitLines(
  onLine: (line: string) => void,
  hide: (text: string) => string,
  longest = 16_384,
): { write(text: string): void; end(): void } {
  let rest = '';
  return {
    write(text) {
      const whole = rest + text;
      const open = whole.endsWith('\r') ? '\r' : ''; // what comes next says whether the line's end is half there
      const lines = whole.slice(0, whole.length - open.length).split(lineEnd);
      rest = `${lines.pop() ?? ''}${open}`;
      for (const line of lines) onLine(line);
      // Up to there, so that no cut is in a secret that has come in part.
      while (rest.length > 2 * longest) {
        rest = hide(rest);
        onLine(rest.slice(0, longest));
        rest = rest.slice(longest);
      }
    },
    end() {
      if (rest !== '') onLine(rest.replace(/\r$/, ''));
      rest = '';
    },
  };
}
