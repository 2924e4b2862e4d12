import { isoSeconds } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import type { ChecksSeen, SeenChecks } from '../ticket/checks.ts';
import { checksAskedBy } from '../ticket/checks-asked.ts';
import type { Config } from '../ticket/config.ts';
import type { Forge, Snapshot } from './ports.ts';
import { throwGravest, together } from './together.ts';

/** What is asked about at a head, and by which tickets. */
function askedAt({ tickets }: Snapshot, config: Config): Map<string, string[]> {
  const asked = new Map<string, string[]>();
  for (const { id, ticket } of tickets.values())
    for (const one of ticket ? checksAskedBy(ticket, config) : [])
      asked.set(one, [...(asked.get(one) ?? []), id]);
  return asked;
}

/** The tickets whose checks are other than they were, and why some could not be read. */
interface Looked {
  asking: string[];
  failures: unknown[];
}

const isCommit = (name: string): boolean => /^[0-9a-f]{40}$/.test(name);

/**
 * What this process saw of checks, by branch and by commit: only what tickets ask about. It is for sentences; a decision
 * that rests on checks is asked with what was seen for it.
 */
export class Checks {
  readonly #forge: Forge;
  readonly #config: () => Promise<Config>;
  readonly #seen = new Map<string, ChecksSeen>();

  constructor({ forge, config }: { forge: Forge; config: () => Promise<Config> }) {
    this.#forge = forge;
    this.#config = config;
  }

  get seen(): SeenChecks {
    return this.#seen;
  }

  /**
   * Looks at all that open tickets ask about at a head, and forgets all else. Answers the tickets that ask about something
   * that is other than it was, and what could not be read: that holds up nothing else.
   */
  async look(snapshot: Snapshot): Promise<Looked> {
    const asked = askedAt(snapshot, await this.#config());
    for (const known of this.#seen.keys()) if (!asked.has(known)) this.#seen.delete(known);
    return this.#lookAt([...asked.keys()], asked);
  }

  /** The same of what a ticket has only now begun to ask about. */
  async lookAtNew(snapshot: Snapshot): Promise<Looked> {
    const asked = askedAt(snapshot, await this.#config());
    return this.#lookAt(
      [...asked.keys()].filter((one) => !this.#seen.has(one)),
      asked,
    );
  }

  /** Looks at these now, and answers what was seen of them. */
  async now(what: readonly string[]): Promise<SeenChecks> {
    throwGravest((await this.#lookAt(what, new Map())).failures);
    return new Map([...this.#seen].filter(([one]) => what.includes(one)));
  }

  async #lookAt(what: readonly string[], asked: ReadonlyMap<string, string[]>): Promise<Looked> {
    const looks = what.map(async (one) => ((await this.#look(one)) ? (asked.get(one) ?? []) : []));
    const { done, failures } = await together(looks);
    return { asking: [...new Set(done.flat())], failures };
  }

  async #look(what: string): Promise<boolean> {
    const before = this.#seen.get(what);
    const now = await this.#read(what);
    this.#seen.set(what, now);
    return JSON.stringify({ ...before, at: '' }) !== JSON.stringify({ ...now, at: '' });
  }

  /** What a person must change to let them be read is said; anything else is tried again. */
  async #read(what: string): Promise<ChecksSeen> {
    const at = isoSeconds(this.#forge.now());
    try {
      const commit = isCommit(what) ? what : await this.#forge.ref(what);
      if (commit === null) return { commit, at, checks: [] };
      const checks = await this.#forge.checks(commit, (await this.#config()).workflow);
      return { commit, at, checks: checks.map(({ name, state }) => ({ name, state })) };
    } catch (error) {
      if (!(error instanceof SignalboxError) || error.kind !== 'config') throw error;
      return { commit: null, at, checks: [], fault: asError(error).message };
    }
  }
}
