import { asError } from '../base/errors.ts';
import type { RepositoryRow } from './data.ts';
import { gitDirOf } from './data.ts';
import type { Announcer } from './git/announce.ts';
import { announce } from './git/announce.ts';
import { RefMoves } from './git/moves.ts';
import { noCommit, removeStaleLocks, writeHook } from './git/repository.ts';
import type { ActionsService } from './host.ts';
import { closeByCommits } from './issues/keywords.ts';
import { followBranch } from './issues/pulls.ts';
import type { MovedRef, Works } from './works.ts';

type Parts = Omit<Works, 'refsMoved'>;

export interface Pushes {
  /** See `Works.refsMoved`. */
  moved(repo: RepositoryRow, moved: readonly MovedRef[], by: string): Promise<void>;
  /** Finds what git did to refs without our having written it down: the last thing before a `kill -9`. */
  recover(): Promise<void>;
}

/** Records moved refs and tells of them, one repository's moves strictly one after the other. */
export function makePushes(
  parts: Parts,
  works: () => Works,
  actions: () => ActionsService,
  jobPushesSendWebhooks: boolean,
): Pushes {
  const { forge, webhooks } = parts;
  const moves = new RefMoves(forge);
  const turns = new Map<number, Promise<void>>();
  const announcer: Announcer = {
    forge,
    emit(about, event, payload, sender) {
      const byJob = sender === 'github-actions[bot]';
      if (!byJob || jobPushesSendWebhooks) webhooks.emit(about, event, payload, sender);
    },
    pushed: (fullName, push) => actions().pushed(fullName, push),
    followBranch: (repo, move) => followBranch(works(), repo, move),
    reached: (repo, move, commits) => closeByCommits(works(), repo, move, commits),
  };
  const moved = (repo: RepositoryRow, refs: readonly MovedRef[], by: string): Promise<void> => {
    const turn = (turns.get(repo.id) ?? Promise.resolve()).then(async () => {
      for (const move of await moves.catchUp(repo, refs, by)) await announce(announcer, repo, move);
    });
    const said = turn.catch((error) => {
      forge.log.error('a push could not be told', { repository: repo.name, error: asError(error) });
    });
    turns.set(repo.id, said);
    return said;
  };
  return {
    moved,
    async recover() {
      for (const repo of forge.repositories.values()) {
        removeStaleLocks(gitDirOf(forge, repo));
        writeHook(gitDirOf(forge, repo));
        // Who deleted one that is gone is not known any more.
        const all = moves.knownRefs(repo).map((ref) => ({ ref, after: noCommit }));
        await moved(repo, all, repo.owner);
      }
    },
  };
}
