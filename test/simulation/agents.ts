import { writeSignal } from '../../src/ticket/codec.ts';
import { formatVersion } from '../../src/ticket/format.ts';
import { signalPath } from '../../src/ticket/paths.ts';
import { jobs } from './names.ts';
import { push } from './pushes.ts';
import type { SimAgent } from './runner.ts';
import type { World } from './world.ts';

/**
 * An agent that may push commits a signal of its own to the state branch, and goes on; one that lies speaks for somebody
 * else's attempt, or shows a key that it made up.
 */
export async function pushSignal(world: World, agent: SimAgent, isTrue: boolean): Promise<void> {
  const { chance, github, said } = world;
  const kind = chance.pick(['done', 'review', 'question', 'failed'] as const);
  const { ticket, attempt } = agent;
  const key = isTrue ? agent.key : chance.hex(32);
  const signal = {
    format: formatVersion,
    ticket,
    attempt,
    kind,
    summary: `pushed ${kind}`,
    run: null,
    key,
  } as const;
  if (isTrue) said.add(`${ticket} #${attempt} ${kind}`);
  const { head } = await world.oracle.read();
  const text = writeSignal({ ...signal, agent_gone: false });
  const place = signalPath(ticket, attempt);
  if (head !== null) await push(world, jobs, head, { [place]: text });
  world.tell(
    `it pushes ${isTrue ? '' : 'a lie: '}${kind} to ${place} (${github.remote.refs.get(github.remote.stateRef)})`,
  );
}
