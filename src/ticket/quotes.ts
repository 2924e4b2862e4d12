import { stripVTControlCharacters } from 'node:util';

/*
 * Text of others in what we write: it pings nobody, shows no picture, opens and closes no element, forges no marker, leaves
 * neither its line nor its quotation, moves no cursor, and is of bounded length.
 */

/** Where Markdown ends a line. */
const lineEnd = /\r\n|\r|\n/;

/** A text without what a terminal would obey, and without marks that turn the order in which it is read. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    '',
  );
}

/** Its lines, for a block that keeps each behind a mark of its own. */
export const linesOf = (text: string): string[] => plain(text).split(lineEnd);

/** As a quotation, a block of its own: an empty line ends it. */
export function quote(text: string, limit = 4000): string {
  const short = text.length > limit ? `${text.slice(0, limit)} […]` : text;
  return linesOf(short)
    .map((line) => `> ${broken(line)}`)
    .join('\n');
}

/** Within a line of ours, where it is short by its nature. */
export function harmless(text: string): string {
  return broken(linesOf(text).join(' '));
}

/** An entity stands for itself: `&#64;` would be an `@` again once it is shown. */
function broken(line: string): string {
  return line
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replaceAll('<!--', '&lt;!--')
    .replace(/@(?=\w)|!(?=\[)|<(?=[A-Za-z/?!])/g, '$&\u200b');
}

/** A few words within a sentence of ours, as code. */
export function quoteWords(text: string, limit = 80): string {
  const words = plain(text)
    .replace(/[`\s]+/g, ' ')
    .trim();
  return `\`${words.length > limit ? `${words.slice(0, limit)} […]` : words}\``;
}

/** Words of others in one line of plain text, of bounded length. */
export function inLine(text: string, limit = 500): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit).replace(/[\ud800-\udbff]$/, '')} […]` : line;
}
