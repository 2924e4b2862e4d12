import { HttpError } from './host.ts';

/** A call as it arrives, before anything is done. */
export interface Call {
  /** A method and path, `POST /repos/acme/desk/labels`, or one of git's requests: `git-receive-pack`. */
  name: string;
  /** The login that calls; null for an app by its own key, and for nobody. */
  by: string | null;
  /** What was sent; empty for git's requests. */
  body: string;
  /** What a push asks for. */
  refs: readonly RefUpdate[];
}

/**
 * A route's pattern, `POST /repos/:owner/:repo/issues/:n/labels`, or one of git's requests: `git-receive-pack` (a push),
 * `git-upload-pack` (a fetch), and what comes before each: `info/refs git-receive-pack`, `info/refs git-upload-pack`.
 */
export interface Planted {
  route: string;
  /** How often; default once. `Number.POSITIVE_INFINITY` for ever. */
  times?: number;
  /** Only calls of this login: `github-actions[bot]` stands for every job. Default everybody's. */
  by?: string;
  /** Only calls of which this is true. */
  only?: (call: Call) => boolean;
}

/** `cut` breaks the connection before the call is done, `drop` after it, before the answer. */
type Kind = 'fail' | 'cut' | 'drop' | 'ignore';

interface Plant extends Planted {
  kind: Kind;
  left: number;
  error: HttpError;
  headers: Record<string, string>;
  /** Done at the very moment at which the connection is about to break. */
  deed: () => void | Promise<void>;
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

  plant(kind: Kind, planted: Planted, how: Partial<Pick<Plant, 'error' | 'headers' | 'deed'>>): () => void {
    const usual = { error: new HttpError(500, 'planned'), headers: {}, deed: () => {} };
    const plant = { ...usual, ...how, ...planted, kind, left: planted.times ?? 1 };
    this.#plants.push(plant);
    return () => {
      plant.left = 0;
    };
  }

  /** Takes one of the planted faults of these kinds for a call. */
  take(call: Call, kinds: readonly Kind[]): Plant | undefined {
    const plant = this.#plants.find(
      ({ left, kind, route, by, only }) =>
        left > 0 &&
        kinds.includes(kind) &&
        matches(route, call.name) &&
        (by === undefined || by === call.by) &&
        (only === undefined || only(call)),
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
