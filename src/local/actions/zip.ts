import { zipSync } from 'fflate';

export interface ZipFile {
  /** With `/` between its parts. */
  path: string;
  bytes: Buffer;
}

/** The first day that zip can write: artifacts keep no times. */
const noDate = new Date(1980, 0, 1);

/** A zip archive, whole in memory: it is for tests and one machine. */
export function zip(files: readonly ZipFile[]): Buffer {
  const entries = Object.fromEntries(files.map(({ path, bytes }) => [path, bytes]));
  return Buffer.from(zipSync(entries, { mtime: noDate, os: 3, attrs: (0o100644 << 16) >>> 0 }));
}
