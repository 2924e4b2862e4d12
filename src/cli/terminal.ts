/*
 * What people see in a terminal: tables that fit it, colours where it has them, and times as people say them.
 */

export interface Terminal {
  /** How many characters fit in a line; null where the output is no terminal: then nothing is cut. */
  columns: number | null;
  colour: boolean;
}

/** The terminal that a stream is. `NO_COLOR` (https://no-color.org) turns colours off, whatever it says. */
export function terminalOf(
  { isTTY, columns }: { isTTY?: boolean; columns?: number },
  { NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): Terminal {
  if (!isTTY) return { columns: null, colour: false };
  return { columns: columns ?? 80, colour: !NO_COLOR && TERM !== 'dumb' };
}

const colours = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;
export type Colour = keyof typeof colours;

export interface Cell {
  text: string;
  colour?: Colour | undefined;
}

/**
 * A table without lines: each column as wide as its widest cell, the last one cut at the terminal's edge. Cells may hold
 * words of others: what would move the cursor is taken out of them.
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  terminal: Terminal,
): string {
  const all: (readonly Cell[])[] = [heads.map((text) => ({ text, colour: 'dim' as const })), ...rows];
  const clean = all.map((row) => row.map(({ text, colour }) => ({ text: oneLine(text), colour })));
  const widths = heads.map((_, at) => Math.max(...clean.map((row) => widthOf(row[at]?.text ?? ''))));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + gap.length, 0);
  const room = terminal.columns === null ? Number.POSITIVE_INFINITY : Math.max(terminal.columns - before, 10);
  const line = (row: readonly Cell[]) =>
    row
      .map(({ text, colour }, at) => {
        const isLast = at === heads.length - 1;
        const shown = isLast ? cut(text, room) : text;
        const pad = isLast ? '' : ' '.repeat((widths[at] ?? 0) - widthOf(text));
        return paint(shown, colour, terminal) + pad;
      })
      .join(gap)
      .trimEnd();
  return clean.map(line).join('\n');
}

const gap = '  ';

/** Text in a colour, where the terminal has any. It must be clean already. */
function paint(text: string, colour: Colour | undefined, terminal: Terminal): string {
  return colour && terminal.colour ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text;
}

/** Text without what moves a terminal's cursor or worse: titles, paths and words of others are in it. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]+/g, '');
}

function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ')).trim();
}

/** Characters of East Asian scripts, and most pictures, take two columns. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/gu;

function widthOf(text: string): number {
  return [...text].length + (text.match(wide)?.length ?? 0);
}

function cut(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  const characters = [...text];
  while (widthOf(characters.join('')) > room - 1) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** How long ago something was, in one unit: `3 d`, `12 min`. Both in milliseconds. */
export function age(since: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  const [unit, length] = units.find(([, length]) => seconds >= length) ?? ['s', 1];
  return `${Math.floor(seconds / length)} ${unit}`;
}

/** A moment (ISO) with how long ago it was. */
export function moment(at: string, now: number): string {
  return `${at} (${age(Date.parse(at), now)} ago)`;
}
