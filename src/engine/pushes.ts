import type { Clock } from '../base/clock.ts';
import { sleep } from '../base/clock.ts';
import type { Pusher } from '../ticket/foreign.ts';
import { isBot, unknownPusher } from '../ticket/pushers.ts';
import { may } from './people.ts';
import type { Forge, Snapshot } from './ports.ts';

/** One push of others, between the witness and the head. `before` is null where it made the branch. */
export interface Push {
  before: string | null;
  after: string;
  pusher: Pusher;
}

/** Finds out who pushed what lies between the witness and the head, oldest first. */
export type Judge = (snapshot: Snapshot) => Promise<Push[]>;

/** How long to wait for the forge's own record of a push before its pusher counts as unknown, in milliseconds. */
const patienceMs = 20_000;

/** A judge, with a memory for one head, who asks the repository's activity. Where it has a gap, all is one push by somebody unknown. */
export function makeJudge(
  forge: Pick<Forge, 'pushes' | 'permission'>,
  { branch, clock, now }: { branch: () => Promise<string>; clock: Clock; now: () => number },
): Judge {
  let seen: { head: string; at: number } | null = null;
  return async ({ head, witness }) => {
    if (head === null) return [];
    const ref = `refs/heads/${await branch()}`;
    // From when we first saw it: a commit is dated long before its push, or as its author likes.
    if (seen?.head !== head) seen = { head, at: now() };
    const giveUp = seen.at + patienceMs;
    for (;;) {
      const chain = chainOf(await forge.pushes(ref), head, witness);
      if (chain) return Promise.all(chain.map((push) => judged(push, forge)));
      if (now() > giveUp) {
        const pusher = { commit: head, login: unknownPusher, mayWrite: false };
        return [{ before: witness, after: head, pusher }];
      }
      await sleep(clock, 500);
    }
  };
}

/**
 * Pushes with those joined whose ends are no part of the branch any more (it was forced in between): the parts of a
 * joined push are judged as the one of their pushers who may do least.
 */
export function alongHistory(pushes: readonly Push[], commits: ReadonlySet<string>): Push[] {
  const along: Push[] = [];
  let open: Push | null = null;
  for (const push of pushes) {
    const pusher: Pusher = open && !open.pusher.mayWrite ? open.pusher : push.pusher;
    open = { before: open ? open.before : push.before, after: push.after, pusher };
    if (!commits.has(push.after)) continue;
    along.push(open);
    open = null;
  }
  return open ? [...along, open] : along;
}

type Recorded = Awaited<ReturnType<Forge['pushes']>>[number];

/** The recorded pushes that lead from the witness to the head, or null where the record has a gap. */
function chainOf(pushes: Recorded[], head: string, witness: string | null): Recorded[] | null {
  const chain: Recorded[] = [];
  for (let at: string | null = head; at !== witness; ) {
    const push = pushes.find(({ after }) => after === at);
    if (!push || chain.includes(push)) return null;
    chain.unshift(push);
    at = /^0*$/.test(push.before) ? null : push.before;
    if (at === null && witness !== null) return null;
  }
  return chain;
}

async function judged({ before, after, actor }: Recorded, forge: Pick<Forge, 'permission'>): Promise<Push> {
  // What it could write of a ticket a person would have to answer for: a bot only stops.
  const mayWrite = !isBot(actor) && may(await forge.permission(actor), 'write');
  const pusher = { commit: after, login: actor, mayWrite };
  return { before: /^0*$/.test(before) ? null : before, after, pusher };
}
