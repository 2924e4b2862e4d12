import { onScreen } from './screen.ts';

/** A spinner's glyph, with which a line begins: `⠋ Thinking…`, `◐ building`. */
const spinner = /^\s*[\u2801-\u28ff\u25d0-\u25d3\u25f4-\u25f7\u{1f550}-\u{1f567}]\s*/u;
/** The same in ASCII. No line is known to spin by these alone: a list begins with `- `. */
const asciiSpinner = /^\s*[|/\\-]\s+/;
/** Filled and unfilled cells of a bar: `████░░░`, `━━━╸`, `[####>   ]`, `(######....)`. */
const cells =
  /[\u2581-\u2593\u25a0\u25a1\u25b0\u25b1]{3,}|[\u2501\u2578\u257a]{3,}|[[(][=#>.\s\-*\u2801-\u28ff]{3,}[\])]/;
/** A bar of curl's: nothing but hashes and a percentage. */
const hashes = /^[#=O\-\s]*\d{1,3}(?:[.,]\d+)?\s*%$/;
/** A row of curl's table of progress. */
const meter = /^\s*[\d.]+[kMG]?(?:\s+[\d.]+[kMG]?){3,}.*--:--:--/;
/** How far a bar is: `45%`, `12/34`. */
const share = /\d\s*%|\d\s*\/\s*\d/;
/** Borders of a box around a prompt or a message, at the begin and the end of a line without blanks behind it. */
const borders = /^\s*[\u2500-\u257f]+\s?|(?<![\u2500-\u257f])[\u2500-\u257f]+$/gu;

/**
 * The last substantive words of a program's output: what a terminal would show at its end, without spinners, progress
 * bars, and boxes with nothing in them. A line that stands there three times or more is said once, where it stood last,
 * with its count.
 *
 * @param most lines at most; and never more than 4,000 characters
 */
export function lastWords(output: string, most: number): string {
  const lines = onScreen(output)
    .filter((line) => !isProgress(line))
    .map(plain)
    .filter(isSubstantive);
  return saidOnce(lines)
    .slice(-most)
    .join('\n')
    .slice(-4_000)
    .replace(/^\p{Surrogate}/u, '')
    .trim();
}

/** A line without a spinner's glyph before it and a box's borders around it. */
function plain(line: string): string {
  return line.trimEnd().replace(borders, '').replace(spinner, '').trimEnd();
}

/** Whether a line is a picture of how far something is. */
function isProgress(line: string): boolean {
  if (hashes.test(line) || meter.test(line)) return true;
  return cells.test(line) && (share.test(line) || !/\p{L}/u.test(line));
}

/** Whether a line says something: it has a letter or a digit, is code, or a mark such as a tick. */
function isSubstantive(line: string): boolean {
  return /[\p{L}\p{N}{}()[\]\p{So}]/u.test(line.replace(/[\u2500-\u28ff]/g, ''));
}

function saidOnce(lines: readonly string[]): string[] {
  const keys = lines.map((line) => line.replace(asciiSpinner, '').trim());
  const counts = new Map<string, number>();
  const last = new Map<string, number>();
  for (const [index, key] of keys.entries()) {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    last.set(key, index);
  }
  return lines.flatMap((line, index) => {
    const key = keys[index] ?? '';
    const count = counts.get(key) ?? 1;
    if (count < 3 || !/[\p{L}\p{N}]/u.test(key)) return [line];
    return last.get(key) === index ? [`${key} (${count} times)`] : [];
  });
}
