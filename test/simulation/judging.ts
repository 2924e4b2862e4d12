import { mainRef } from './names.ts';
import type { World } from './world.ts';

/** Another system says what it thinks of the head of main. */
export function judge(world: World): void {
  const { chance, github } = world;
  const commit = github.remote.refs.get(mainRef);
  if (!commit) return;
  const state = chance.weighted({ success: 3, failure: 1, pending: 1 });
  const name = chance.pick(['build', 'lint']);
  world.tell(`${name} of main is ${state}`);
  github.judged.status(commit, name, state, 'wilma');
}
