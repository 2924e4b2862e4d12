import { isoSeconds } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import { type ChecksSeen, checksAskedBy, type SeenChecks } from '../ticket/checks.ts';
import type { Config } from '../ticket/config.ts';
import type { Forge, Snapshot } from './ports.ts';
import { throwGravest, together } from './together.ts';

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

  /** Looks at all that open tickets ask about at a head, and forgets all else. Whether anything is other than it was. */
  async look(snapshot: Snapshot): Promise<boolean> {
    const asked = await this.#asked(snapshot);
    for (const known of this.#seen.keys()) if (!asked.has(known)) this.#seen.delete(known);
    return this.lookAt([...asked]);
  }

  /** Looks at what a ticket has only now begun to ask about. */
  async lookAtNew(snapshot: Snapshot): Promise<void> {
    await this.lookAt([...(await this.#asked(snapshot))].filter((one) => !this.#seen.has(one)));
  }

  /** Looks at these now; one that fails holds up no other. Whether anything is other than it was seen before. */
  async lookAt(branchesAndCommits: readonly string[]): Promise<boolean> {
    const { done, failures } = await together(branchesAndCommits.map((one) => this.#look(one)));
    throwGravest(failures);
    return done.some((isOther) => isOther);
  }

  async #asked({ tickets }: Snapshot): Promise<Set<string>> {
    const config = await this.#config();
    const all = [...tickets.values()].flatMap(({ ticket }) => ticket ?? []);
    return new Set(all.flatMap((ticket) => checksAskedBy(ticket, config)));
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
