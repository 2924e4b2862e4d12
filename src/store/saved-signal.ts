import { SignalboxError } from '../base/errors.ts';
import type { Store } from '../engine/ports.ts';
import { parseSignalPath } from '../ticket/paths.ts';
import type { Backend } from './backend.ts';
import { readCommit } from './objects.ts';
import { pushRefused } from './push-refused.ts';
import { signalText } from './snapshot.ts';

/*
 * What workers say, where it waits to be decided: on a ref of its own for each attempt, or in a file that was pushed.
 */

/** How often it is tried where GitHub gives no answer. */
const tries = 5;

/**
 * Puts the commit `oid`, which holds a signal's `text`, on its ref: the first signal of an attempt stands.
 *
 * @throws SignalboxError `signal-exists` where another lies there, `push-refused`, or `unreachable`
 */
export async function saveSignalIn(backend: Backend, ref: string, oid: string, text: string): Promise<void> {
  for (let round = 1; ; round++) {
    const result = await backend.push([{ ref, from: null, to: oid }]);
    if (result.kind === 'moved') return;
    const there = await backend.lookAt(ref);
    if (there !== null) return checkSame(backend, ref, there, text);
    if (result.kind === 'refused') throw pushRefused(result.words, ref);
    if (round >= tries)
      throw new SignalboxError('forge', 'unreachable', `the signal could not be saved: ${result.kind}`);
  }
}

async function checkSame(backend: Backend, ref: string, there: string, text: string): Promise<void> {
  if (!(await backend.objects.get(there))) await backend.fetch(await backend.look());
  if ((await signalText(backend.objects, there)) === text) return;
  throw new SignalboxError('conflict', 'signal-exists', `${ref} holds another signal`, {
    hint: 'The first signal of an attempt stands.',
  });
}

/** Files of signals that were pushed to `head` after it had left what leads to `witness`: path to text. */
export async function saidBeside(
  store: Pick<Store, 'diff'>,
  backend: Backend,
  { witness, head }: { witness: string; head: string },
): Promise<Map<string, string>> {
  const [first] = await backend.commitsBetween(witness, head);
  if (first === undefined) return new Map();
  const [fork = null] = (await readCommit(backend.objects, first)).parents;
  const changes = await store.diff(fork, head);
  return new Map(
    changes.flatMap(({ path, after }) => (after !== null && parseSignalPath(path) ? [[path, after]] : [])),
  );
}
