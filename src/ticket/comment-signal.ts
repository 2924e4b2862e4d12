import type { Signal, SignalKind } from './format.ts';
import { saidOf } from './said.ts';

/** A worker's word in a comment: `DONE: …` with its key on a line of its own. Without a key it is talk. */
export interface CommentSignal extends Pick<Signal, 'kind' | 'summary' | 'key' | 'work' | 'no_commit'> {
  /** Null where the comment does not say; then the present attempt is meant. */
  attempt: number | null;
}

/** Lines that stand for a field; hidden in an HTML comment, if one likes. */
const fieldLine = /^(?:<!--[^\S\n]*)?(key|attempt|commit|no-commit):(.*)$/gm;

/** What may stand in a field. Of a `commit` that is none the line is words like any other. */
const fields = {
  key: /^\S{8,200}$/,
  attempt: /^\d{1,6}$/,
  commit: /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/,
  'no-commit': /\S/,
};
type Field = keyof typeof fields;

export function readCommentSignal(body: string): CommentSignal | null {
  const text = body.replaceAll('\r\n', '\n').trim();
  const [lead = '', word = ''] = /^(DONE|REVIEW|APPROVED|REJECTED|QUESTION|FAILED):/.exec(text) ?? [];
  const found: Partial<Record<Field, string>> = {};
  const words = text.replace(fieldLine, (line, name: Field, rest: string) => {
    const value = rest.trim().replace(/-->$/, '').trim();
    const isValue = fields[name].test(value);
    if (isValue) found[name] ??= value;
    return isValue || name !== 'commit' ? '' : line;
  });
  const { key, attempt, commit, 'no-commit': none } = found;
  if (!word || !key) return null;
  return {
    kind: word.toLowerCase() as SignalKind,
    summary: words.slice(lead.length).trim(),
    key,
    ...(commit ? { work: commit } : {}),
    ...(none ? saidOf({ no_commit: none }) : {}),
    attempt: attempt ? Number(attempt) : null,
  };
}
