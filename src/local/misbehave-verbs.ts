import { gitDirOf } from './data.ts';
import { moveRef, moverEnvironment } from './git/repository.ts';
import { HttpError } from './host.ts';
import type { DeliveryFacts, Fate, Planted, PreReceive } from './misbehave.ts';
import { repositoryNamed } from './named.ts';
import type { Works } from './works.ts';

/** Everything that goes wrong because a test asked. Each verb answers a function that calls it off. */
export interface Misbehave {
  /** The call is answered with an error and nothing is done. */
  fail(plan: Planted & { status: number; message?: string; headers?: Record<string, string> }): () => void;
  /** The call is done, and its answer is lost: the connection breaks. */
  dropAnswer(plan: Planted): () => void;
  /**
   * The connection breaks at a call: `before` it is done, which it then never is, or `after`, before its answer. `deed`
   * is done at that moment, while the call waits: whoever called may be killed there.
   */
  cut(plan: Planted & { when: 'before' | 'after'; deed?: () => void | Promise<void> }): () => void;
  /** The call is answered with success and nothing is done. Only where the service knows how (cancelling a run). */
  ignore(plan: Planted): () => void;
  /** GitHub's secondary rate limit: 403 (or 429) with `retry-after`, in seconds. */
  secondaryLimit(plan: Planted & { retryAfter: number; status?: 403 | 429 }): () => void;
  /** The hour's requests of a login (`visitor`, `signalbox[bot]`) are used up. */
  spendRateLimit(login: string): void;
  /** Runs before git executes a push; the push waits. Pushes made by the hook itself do not run it again. */
  onPreReceive(repository: string, hook: PreReceive): () => void;
  /** Decides what becomes of each webhook. */
  deliveries(fateOf: (delivery: DeliveryFacts) => Fate | false | undefined): () => void;
  /** Sends the deliveries that were held back; `order` may shuffle them. */
  releaseDeliveries(order?: (ids: number[]) => number[]): void;
  /** Moves a ref by force, as an administrator (`by`, default the owner) would: back, sideways or (40 zeros) away. */
  rewriteRef(repository: string, ref: string, sha: string, by?: string): Promise<void>;
  /** Ends every misbehaviour but the held deliveries. */
  clear(): void;
}

export function makeMisbehave(works: Works): Misbehave {
  const { forge, misbehaviour, webhooks, rates } = works;
  return {
    fail: ({ status, message = 'Server Error', headers = {}, ...plan }) =>
      misbehaviour.plant('fail', plan, { error: new HttpError(status, message), headers }),
    dropAnswer: (plan) => misbehaviour.plant('drop', plan, {}),
    cut: ({ when, deed = () => {}, ...plan }) =>
      misbehaviour.plant(when === 'before' ? 'cut' : 'drop', plan, { deed }),
    ignore: (plan) => misbehaviour.plant('ignore', plan, {}),
    secondaryLimit({ retryAfter, status = 403, ...plan }) {
      const error = new HttpError(
        status,
        'You have exceeded a secondary rate limit. Please wait a few minutes.',
      );
      return misbehaviour.plant('fail', plan, { error, headers: { 'Retry-After': String(retryAfter) } });
    },
    spendRateLimit: (login) => rates.spend(login),
    onPreReceive: (repository, hook) => misbehaviour.onPreReceive(repository, hook),
    deliveries(fateOf) {
      misbehaviour.fateOf = fateOf;
      return () => {
        if (misbehaviour.fateOf === fateOf) misbehaviour.fateOf = undefined;
      };
    },
    releaseDeliveries: (order) => webhooks.release(order),
    async rewriteRef(repository, ref, sha, by) {
      const repo = repositoryNamed(forge, repository);
      const env = moverEnvironment(by ?? repo.owner, forge.clock.now());
      const refused = await moveRef(gitDirOf(forge, repo), ref, sha, { env });
      if (refused) throw new Error(refused);
      await works.refsMoved(repo, [{ ref, after: sha }], by ?? repo.owner);
    },
    clear: () => misbehaviour.clear(),
  };
}
