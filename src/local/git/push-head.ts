import { Readable } from 'node:stream';
import { HttpError } from '../host.ts';
import type { RefUpdate } from '../misbehave.ts';

/** Commands are lines of about a hundred bytes; a push of more refs than this is no push of ours. */
const longestHead = 4 * 1024 * 1024;

/**
 * Reads the commands at the start of a push (pkt-lines `old new ref` up to the flush packet) and answers them with a
 * stream of the whole body, commands included. A probe without commands answers none.
 */
export async function readPushHead(body: Readable): Promise<{ refs: RefUpdate[]; body: Readable }> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  for (;;) {
    const refs = parseCommands(head);
    if (refs) return { refs, body: Readable.from(rejoin(head, chunks), { objectMode: false }) };
    const next = await chunks.next();
    if (next.done) return { refs: [], body: Readable.from([head], { objectMode: false }) };
    head = Buffer.concat([head, next.value]);
    if (head.length > longestHead) throw new HttpError(413, 'too many refs in one push');
  }
}

/** The commands, or undefined where the flush packet has not come yet. */
function parseCommands(head: Buffer): RefUpdate[] | undefined {
  const refs: RefUpdate[] = [];
  for (let at = 0; at + 4 <= head.length; ) {
    const size = Number.parseInt(head.toString('latin1', at, at + 4), 16);
    if (size === 0) return refs;
    if (Number.isNaN(size) || size < 4) throw new HttpError(400, 'not a pkt-line');
    if (at + size > head.length) return undefined;
    const line = head.toString('utf8', at + 4, at + size).split('\0')[0] ?? '';
    const [before, after, ref] = line.trimEnd().split(' ');
    // `shallow <sha>` lines come before the commands.
    if (before && after && ref) refs.push({ before, after, ref });
    at += size;
  }
  return undefined;
}

async function* rejoin(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
