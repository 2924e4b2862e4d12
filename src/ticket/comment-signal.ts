import type { Signal, SignalKind } from './format.ts';
import { saidOf } from './said.ts';

/** A worker's word in a comment: `DONE: …` with its key on a line of its own. Without a key it is talk. */
export interface CommentSignal extends Pick<Signal, 'kind' | 'summary' | 'key' | 'work' | 'no_commit'> {
  /** Null where the comment does not say; then the present attempt is meant. */
  attempt: number | null;
}

/** Lines that stand for a field; hidden in an HTML comment, if one likes. */
const fieldLine = /^(?:<!--\s*)?(?:key:|attempt:|no-commit:|commit:\s*[0-9a-f]{40,64}\s*(?:-->)?$).*$/gm;

export function readCommentSignal(body: string): CommentSignal | null {
  const text = body.replaceAll('\r\n', '\n').trim();
  const verdict = /^(DONE|REVIEW|QUESTION|FAILED):\s*([\s\S]*)$/.exec(text);
  const key = /^(?:<!--\s*)?key:\s*(\S{8,200}?)\s*(?:-->)?$/m.exec(text);
  if (!verdict || !key) return null;
  const attempt = /^(?:<!--\s*)?attempt:\s*(\d{1,6})\s*(?:-->)?$/m.exec(text);
  const commit = /^(?:<!--\s*)?commit:\s*([0-9a-f]{40}(?:[0-9a-f]{24})?)\s*(?:-->)?$/m.exec(text);
  const none = /^(?:<!--\s*)?no-commit:\s*(\S.*?)\s*(?:-->)?$/m.exec(text);
  return {
    kind: (verdict[1] ?? '').toLowerCase() as SignalKind,
    summary: (verdict[2] ?? '').replace(fieldLine, '').trim(),
    key: key[1] ?? '',
    ...(commit ? { work: commit[1] } : {}),
    ...(none ? saidOf({ no_commit: none[1] }) : {}),
    attempt: attempt ? Number(attempt[1]) : null,
  };
}
