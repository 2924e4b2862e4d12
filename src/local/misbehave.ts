import type { HttpError } from './host.ts';

/** A planted fault of a route, e.g. `POST /repos/:owner/:repo/issues/:n/comments`, or of `git-receive-pack`. */
interface Plant {
  route: string;
  kind: 'fail' | 'drop' | 'ignore';
  left: number;
  /** Only the calls of this login; everybody's where null. Git's requests alone know who calls. */
  by: string | null;
  error: HttpError;
  headers: Record<string, string>;
}

export interface RefUpdate {
  ref: string;
  before: string;
  after: string;
}

export type PreReceive = (push: { refs: RefUpdate[]; actor: string }) => void | Promise<void>;

export interface DeliveryFacts {
  guid: string;
  event: string;
  action: string | null;
  /** `owner/name`, or null for events that concern no repository. */
  repository: string | null;
  redelivery: boolean;
  payload: Record<string, unknown>;
}

/**
 * What becomes of a webhook: `lose` (never sent, no trace), `fail` (logged as failed, not sent), `double` (sent twice
 * with one GUID), `hold` (kept until `releaseDeliveries`), or sent after a delay.
 */
export type Fate = 'deliver' | 'lose' | 'fail' | 'double' | 'hold' | { delayMs: number };

/** Everything that the embedded GitHub does wrong on request; nothing of it unless a test asks. */
export class Misbehaviour {
  #plants: Plant[] = [];
  readonly #preReceive = new Map<string, PreReceive>();
  /** Repositories whose hook is running: a push made by the hook itself must not wait for the hook. */
  readonly #inHook = new Set<string>();
  fateOf: ((delivery: DeliveryFacts) => Fate | false | undefined) | undefined;

  plant(
    kind: Plant['kind'],
    { route, times = 1, by = null }: { route: string; times?: number; by?: string | null },
    error: HttpError,
    headers: Record<string, string> = {},
  ): () => void {
    const plant = { route, kind, left: times, by, error, headers };
    this.#plants.push(plant);
    return () => {
      plant.left = 0;
    };
  }

  /** Takes one of the planted faults of these kinds for a call. `call` is a method and path, or a route's pattern. */
  take(call: string, kinds: readonly Plant['kind'][], caller: string | null = null): Plant | undefined {
    const plant = this.#plants.find(
      (one) =>
        one.left > 0 &&
        kinds.includes(one.kind) &&
        matches(one.route, call) &&
        (one.by === null || one.by === caller),
    );
    if (plant) plant.left -= 1;
    this.#plants = this.#plants.filter((one) => one.left > 0);
    return plant;
  }

  clear(): void {
    this.#plants = [];
    this.#preReceive.clear();
    this.fateOf = undefined;
  }

  onPreReceive(repository: string, hook: PreReceive): () => void {
    this.#preReceive.set(repository.toLowerCase(), hook);
    return () => {
      if (this.#preReceive.get(repository.toLowerCase()) === hook)
        this.#preReceive.delete(repository.toLowerCase());
    };
  }

  async preReceive(repository: string, push: { refs: RefUpdate[]; actor: string }): Promise<void> {
    const name = repository.toLowerCase();
    const hook = this.#preReceive.get(name);
    if (!hook || this.#inHook.has(name)) return;
    this.#inHook.add(name);
    try {
      await hook(push);
    } finally {
      this.#inHook.delete(name);
    }
  }
}

/** `:name` in a route stands for one part of the path, whatever it is called there. */
function matches(route: string, call: string): boolean {
  const pattern = route.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(call);
}
