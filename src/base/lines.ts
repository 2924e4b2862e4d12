/**
 * Cuts a stream of bytes into lines of at most `most` bytes, without their ends. A longer one is not kept: `tooLong` is
 * told once, and nothing is taken any more.
 */
export function makeLineCutter(
  most: number,
  { line, tooLong }: { line: (text: string) => void; tooLong: () => void },
): (bytes: Buffer) => void {
  let parts: Buffer[] = [];
  let length = 0;
  let isOver = false;
  return (bytes) => {
    for (let from = 0; from < bytes.length && !isOver; ) {
      const end = bytes.indexOf(0x0a, from);
      const part = bytes.subarray(from, end < 0 ? bytes.length : end);
      parts.push(part);
      length += part.length;
      if (length > most) {
        isOver = true;
        parts = [];
        tooLong();
      } else if (end >= 0) {
        const text = Buffer.concat(parts).toString('utf8');
        parts = [];
        length = 0;
        line(text);
      }
      from = end < 0 ? bytes.length : end + 1;
    }
  };
}

/** The longest line that passes between an agent's tools and whoever carries them out, in bytes. */
export const longestLine = 1024 * 1024;
