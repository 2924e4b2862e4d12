import { createHash, randomBytes } from 'node:crypto';

/** Randomness as a port: claims, keys and `Change` trailers come from here, so that a test may repeat them. */
export interface Random {
  /** A fresh lower-case hexadecimal string of `bytes` random bytes (twice as many characters). */
  hex(bytes: number): string;
}

/** The operating system's source, fit for keys. */
export const systemRandom: Random = { hex: (bytes) => randomBytes(bytes).toString('hex') };

/** The SHA-256 of `text` (UTF-8), in hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
