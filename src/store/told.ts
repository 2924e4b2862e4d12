import { SignalboxError } from '../base/errors.ts';
import { toldRefs } from '../ticket/paths.ts';
import type { Backend } from './backend.ts';
import { readCommit } from './objects.ts';
import { pushRefused } from './push-refused.ts';

/*
 * Up to where those who follow the branch were told of it: a ref for each. (`Store`)
 */

export async function trailOf(backend: Backend, from: string, to: string): Promise<string[] | null> {
  if (from === to) return [];
  const { parents } = await readCommit(backend.objects, to);
  if (parents.length === 1 && parents[0] === from) return [to]; // the usual, without a process
  if (!(await backend.objects.get(from))) return null; // of a branch that was replaced
  return (await backend.isAncestor(from, to)) ? backend.allBetween(from, to) : null;
}

export function toldIn(backend: Backend, name: string): Promise<string | null> {
  return backend.lookAt(`${toldRefs}${name}`);
}

export async function moveToldIn(
  backend: Backend,
  name: string,
  from: string | null,
  to: string,
): Promise<boolean> {
  const ref = `${toldRefs}${name}`;
  const result = await backend.push([{ ref, from, to }]);
  if (result.kind === 'moved') return true;
  if (result.kind === 'refused') throw pushRefused(result.words, ref);
  if (result.kind === 'unreachable') throw new SignalboxError('forge', 'unreachable', result.words);
  return (await backend.lookAt(ref)) === to; // an answer that was lost is looked up
}
