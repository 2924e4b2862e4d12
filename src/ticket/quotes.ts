/*
 * Text of others in what we write: it pings nobody, shows no picture, forges no marker, and is of bounded length.
 */

/** As a quotation, a block of its own: an empty line ends it. */
export function quote(text: string, limit = 4000): string {
  const short = text.length > limit ? `${text.slice(0, limit)} […]` : text;
  return harmless(short.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, ''))
    .split(/\r\n|\r|\n/)
    .map((line) => `> ${line}`)
    .join('\n');
}

/** Within a line of ours, where it is short by its nature. */
export function harmless(text: string): string {
  return text.replaceAll('<!--', '&lt;!--').replace(/@(?=\w)|!(?=\[)|<(?=[A-Za-z])/g, '$&\u200b');
}

/** A few words within a sentence of ours, as code. */
export function quoteWords(text: string, limit = 80): string {
  const words = text.replace(/[`\s]+/g, ' ').trim();
  return `\`${words.length > limit ? `${words.slice(0, limit)} […]` : words}\``;
}

/** Words of others in one line of plain text, of bounded length. */
export function inLine(text: string, limit = 500): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit).replace(/[\ud800-\udbff]$/, '')} […]` : line;
}
