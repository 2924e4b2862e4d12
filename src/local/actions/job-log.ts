import { closeSync, openSync, writeSync } from 'node:fs';
import type { Clock } from '../../base/clock.ts';

/** What one job may write; GitHub cuts logs too. */
const maxBytes = 16 * 1024 * 1024;

/** Values that must not be shown. Longer ones are taken out first, so that no part of them is left. */
export class Masks {
  #values: string[] = [];

  add(value: string): void {
    for (const line of [value, ...value.split(/\r?\n/)]) {
      if (line.trim() !== '' && !this.#values.includes(line)) this.#values.push(line);
    }
    this.#values.sort((one, other) => other.length - one.length);
  }

  apply(text: string): string {
    return this.#values.reduce((masked, value) => masked.replaceAll(value, '***'), text);
  }

  touches(text: string): boolean {
    return this.#values.some((value) => text.includes(value));
  }
}

/** The log of one job, in a file, with GitHub's time stamps; bounded. */
export class JobLog {
  readonly #clock: Clock;
  readonly #masks: Masks;
  #file: number | undefined;
  #bytes = 0;

  constructor(path: string, masks: Masks, clock: Clock) {
    this.#file = openSync(path, 'a', 0o600);
    this.#masks = masks;
    this.#clock = clock;
  }

  write(text: string): void {
    if (this.#file === undefined || this.#bytes > maxBytes) return;
    const stamp = new Date(this.#clock.now()).toISOString().replace('Z', '0000Z');
    const lines = this.#masks.apply(text).split('\n');
    const whole = lines.map((line) => `${stamp} ${line}\n`).join('');
    this.#bytes += Buffer.byteLength(whole);
    writeSync(
      this.#file,
      this.#bytes > maxBytes ? `${stamp} ##[error]The log is cut here: it is too long.\n` : whole,
    );
  }

  /** Whoever writes later writes for nobody. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
