import { silentLog } from '../../src/base/log.ts';
import type { Store } from '../../src/engine/ports.ts';
import type { Backend } from '../../src/store/backend.ts';
import { CommitStore } from '../../src/store/commit-store.ts';
import { MemoryBackend } from '../../src/store/memory-store.ts';
import type { Chance } from './chance.ts';
import type { SimGitHub } from './github.ts';
import type { Machine } from './machine.ts';

/** The store of one process: the real one, each look and push of it a call over the network. */
export function simStore(github: SimGitHub, machine: Machine, chance: Chance): Store {
  const memory = new MemoryBackend(github.remote);
  const backend: Backend = {
    objects: memory.objects,
    stateRef: memory.stateRef,
    look: () => machine.call('look', () => memory.look()),
    lookAt: (ref) => machine.call(`look at ${ref}`, () => memory.lookAt(ref)),
    fetch: () => machine.call('fetch', () => memory.fetch()),
    write: (commit) => memory.write(commit),
    push: (moves) =>
      machine
        .call('push', () => {
          github.pusher = machine.login;
          return memory.push(moves);
        })
        .catch(() => ({ kind: 'unknown', words: 'the line is dead' })),
    isAncestor: (ancestor, commit) => memory.isAncestor(ancestor, commit),
    commitsBetween: (from, to) => memory.commitsBetween(from, to),
    allBetween: (from, to) => memory.allBetween(from, to),
    log: (head, paths, id, limit) => memory.log(head, paths, id, limit),
    close: async () => {},
  };
  return new CommitStore(backend, {
    clock: { now: () => github.schedule.now },
    random: chance,
    log: silentLog,
  });
}
