import { createHash } from 'node:crypto';

/*
 * The last line of a file that Signalbox writes into a repository and renews: by it a file that nobody edited is told
 * from one that is a person's now.
 */

const pattern =
  /^# Written by signalbox (\S+), and renewed by it as long as nobody edits it \(([0-9a-f]{32})\)\.\n?$/;

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

export function stamped(text: string, version: string): string {
  return `${text}# Written by signalbox ${version}, and renewed by it as long as nobody edits it (${digestOf(text)}).\n`;
}

/** Which version wrote a file, and whether it is as it was written; null where it is not ours. */
export function readStamp(text: string): { version: string; isIntact: boolean } | null {
  const start = text.lastIndexOf('\n', text.length - 2) + 1;
  const [, version, digest] = pattern.exec(text.slice(start)) ?? [];
  return version === undefined ? null : { version, isIntact: digest === digestOf(text.slice(0, start)) };
}

/** Below zero where `a` is the older; of two that are no versions the order is nobody's. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/[.+-]/).map(Number));
  for (let at = 0; at < 3; at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return 0;
}
