import { isoSeconds, systemClock } from '../src/base/clock.ts';
import type { Comment, Forge, Issue } from '../src/engine/ports.ts';
import { config } from './ours.ts';

/**
 * A forge that answers at once, from memory: a bench of GitHub, or of the embedded one, would measure those. It knows
 * issues with nothing but comments on them.
 */
export class InstantForge {
  readonly #comments = new Map<number, Comment[]>();
  readonly #labels: { name: string; description: string }[] = [];
  readonly #listed: number;
  #last = 0;

  /** @param listed so many issues, from the first on, are listed as tickets' */
  constructor(listed = 0) {
    this.#listed = listed;
  }

  /** Somebody who may write writes a comment. */
  write(issue: number, body: string): Comment {
    return this.#add(issue, body, 'elmar', false);
  }

  /** As the engine sees it. What it does not serve says so. */
  asForge(): Forge {
    const served: Partial<Forge> = {
      now: () => systemClock.now(),
      file: async () => null,
      isPrivate: async () => false,
      permission: async () => 'write',
      issue: async (number) => issueOf(number),
      issuesLabelled: async (label) =>
        label === config.labels.ticket
          ? Array.from({ length: this.#listed }, (_, index) => issueOf(index + 1))
          : [],
      issuesSince: async () => [],
      pullRequestsSince: async () => [],
      runs: async () => [],
      events: async () => [],
      repositoryLabels: async () => this.#labels,
      createLabel: async (name, _, description) => void this.#labels.push({ name, description }),
      addLabels: async () => {},
      removeLabel: async () => {},
      updateIssue: async () => {},
      assign: async () => {},
      comments: async (issue) => [...this.#of(issue)],
      createComment: async (issue, body) => this.#add(issue, body, 'signalbox[bot]', true).id,
      updateComment: async (id, body) => {
        for (const comments of this.#comments.values())
          for (const comment of comments) if (comment.id === id) comment.body = body;
      },
      react: async () => {},
      hasReacted: async () => false,
    };
    return new Proxy(served as Forge, {
      get(target, name) {
        if (name in target) return Reflect.get(target, name);
        throw new Error(`the instant forge does not serve ${String(name)}`);
      },
    });
  }

  #of(issue: number): Comment[] {
    const comments = this.#comments.get(issue) ?? [];
    this.#comments.set(issue, comments);
    return comments;
  }

  #add(issue: number, body: string, author: string, ours: boolean): Comment {
    const at = isoSeconds(systemClock.now());
    const comment = { id: ++this.#last, body, author, author_is_bot: ours, ours, at };
    this.#of(issue).push(comment);
    return comment;
  }
}

function issueOf(number: number): Issue {
  return {
    number,
    title: `Issue ${number}`,
    body: '',
    state: 'open',
    state_reason: null,
    labels: [config.labels.ticket, `${config.labels.state_prefix}waiting`],
    author: 'elmar',
    ours: false,
    created: '2026-05-25T09:12:00Z',
    is_pull_request: false,
  };
}
