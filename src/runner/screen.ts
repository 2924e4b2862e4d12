import { stripVTControlCharacters } from 'node:util';

/** Columns that a line may have: one that is written over for ever costs no more than this for each stroke. */
const widest = 2_000;

/** What moves or erases: to a line's begin, to the next line, one back, and the sequences for up, down, column and erasing. */
const strokes = /\r|\n|\u0008|\u001b\[(\d*)(?:;\d*)*([ABGKJ])/g;

/**
 * The lines of an output as a terminal would show them at its end: of what was overwritten or erased only what came after
 * is there. Colours and titles leave nothing. Takes time in proportion to the text, whatever it is.
 */
export function onScreen(output: string): string[] {
  const screen = new Screen();
  let from = 0;
  for (const stroke of output.matchAll(strokes)) {
    const [all, count = '', kind = all] = stroke;
    screen.type(output.slice(from, stroke.index));
    screen.move(kind, count === '' ? null : Number(count));
    from = stroke.index + all.length;
  }
  screen.type(output.slice(from));
  return screen.lines;
}

class Screen {
  lines = [''];
  #row = 0;
  #column = 0;

  type(raw: string): void {
    const text = stripVTControlCharacters(raw);
    if (text === '' || this.#column >= widest) return;
    const rest = this.#line.slice(this.#column + text.length);
    this.#line = (this.#before.padEnd(this.#column) + text + rest).slice(0, widest);
    this.#column += text.length;
  }

  /** @param count what the sequence says; null where it leaves it out */
  move(kind: string, count: number | null): void {
    switch (kind) {
      case '\n':
        this.#column = 0;
        this.#down(1);
        return;
      case '\r':
        this.#column = 0;
        return;
      case '\b':
        this.#column = Math.max(0, this.#column - 1);
        return;
      case 'A':
        this.#row = Math.max(0, this.#row - (count || 1));
        return;
      case 'B':
        this.#down(count || 1);
        return;
      case 'G':
        this.#column = Math.min(widest, count || 1) - 1;
        return;
      default:
        this.#erase(kind, count ?? 0);
    }
  }

  /** `K` erases in the line and `J` on the screen: 0 from the cursor on, 1 before it, 2 all. */
  #erase(kind: string, how: number): void {
    if (kind === 'J' && how >= 2) {
      this.lines = [''];
      this.#row = 0;
      return;
    }
    if (kind === 'J' && how === 0) this.lines.length = this.#row + 1;
    if (how === 0) this.#line = this.#before;
    else if (kind === 'K' && how === 2) this.#line = '';
  }

  /** No further than to one new line: below the last there is nothing to see. */
  #down(count: number): void {
    this.#row = Math.min(this.#row + count, this.lines.length);
    if (this.#row === this.lines.length) this.lines.push('');
  }

  get #line(): string {
    return this.lines[this.#row] ?? '';
  }

  set #line(text: string) {
    this.lines[this.#row] = text;
  }

  get #before(): string {
    return this.#line.slice(0, this.#column);
  }
}
