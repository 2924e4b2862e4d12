import { markerOf } from '../ticket/sentences.ts';
import type { Comment, Forge } from './ports.ts';

/**
 * Our own comments on one issue, by marker. A marker counts only in a comment that the app wrote. Posting is not
 * idempotent and two processes may post at once, so: list, post, list again, and all but the lowest id go (rule 20).
 */
export class OwnComments {
  readonly #forge: Forge;
  readonly issue: number;
  readonly #all: Comment[];

  constructor(forge: Forge, issue: number, all: Comment[]) {
    this.#forge = forge;
    this.issue = issue;
    this.#all = all;
  }

  /** @param hint a comment that a webhook brought, for when the list does not show it yet */
  static async read(forge: Forge, issue: number, hint?: Comment): Promise<OwnComments> {
    const all = await forge.comments(issue);
    const missing = hint && !all.some(({ id }) => id === hint.id) ? [hint] : [];
    return new OwnComments(forge, issue, [...all, ...missing]);
  }

  /** What people and workers wrote, oldest first. */
  get others(): Comment[] {
    return this.#all.filter(({ ours }) => !ours);
  }

  has(name: string): boolean {
    return this.#named(this.#all, name).length > 0;
  }

  /** Ours whose names begin so. */
  named(beginning: string): { name: string; body: string }[] {
    return this.#all.flatMap(({ ours, body }) => {
      const name = ours ? markerOf(body) : null;
      return name?.startsWith(beginning) ? { name, body } : [];
    });
  }

  /** When a comment was written (ISO); null where there is none. */
  writtenAt(name: string): string | null {
    return this.#named(this.#all, name)[0]?.at ?? null;
  }

  /** Writes a comment once. `body` begins with the marker of `name`. */
  async once(name: string, body: string): Promise<void> {
    const there = this.#named(this.#all, name);
    if (there.length === 0) {
      await this.#forge.createComment(this.issue, body);
      const all = await this.#forge.comments(this.issue);
      this.#all.splice(0, this.#all.length, ...all); // in one turn: several answers are told at once
    }
    await this.#tidy(name);
  }

  /** Keeps one comment current. */
  async keep(name: string, body: string): Promise<void> {
    const [first] = this.#named(this.#all, name);
    if (first && first.body !== body) {
      await this.#forge.updateComment(first.id, body);
      first.body = body;
    }
    await this.once(name, body);
  }

  async #tidy(name: string): Promise<void> {
    const [, ...doubles] = this.#named(this.#all, name);
    for (const { id } of doubles) await this.#forge.deleteComment(id);
  }

  #named(comments: Comment[], name: string): Comment[] {
    return comments.filter(({ ours, body }) => ours && markerOf(body) === name).sort((a, b) => a.id - b.id);
  }
}
