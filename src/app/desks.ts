import type { Clock } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { Desk, type Intervals, type MakeOperator, type Repository } from './desk.ts';

export interface DesksOptions {
  operators: MakeOperator;
  /** Where the app is installed now. */
  installations: () => Promise<{ id: number; repositories: Repository[] }[]>;
  intervals: Intervals;
  clock: Clock;
  log: Log;
}

/** Every repository that the app serves: one desk each, by the repository's id. */
export class Desks {
  readonly #options: DesksOptions;
  readonly #desks = new Map<number, Desk>();
  /** Desks that are ending, so that a successor waits for them. */
  readonly #ending = new Map<number, Promise<void>>();
  #closed = false;

  constructor(options: DesksOptions) {
    this.#options = options;
  }

  /** The desk of a repository; a new one where it was renamed or its installation changed. */
  open(installation: number, repository: Repository): Desk {
    if (this.#closed) throw new SignalboxError('forge', 'shutting-down', 'the app is shutting down');
    const known = this.#desks.get(repository.id);
    if (known && known.installation === installation && isSame(known.repository, repository)) return known;
    if (known) this.close(repository.id);
    const { operators, intervals, clock, log } = this.#options;
    const after = this.#ending.get(repository.id) ?? Promise.resolve();
    const desk = new Desk({ installation, repository, operators, intervals, clock, log, after });
    this.#desks.set(repository.id, desk);
    desk.sweepSoon(); // what happened while nobody looked
    return desk;
  }

  all(): readonly Desk[] {
    return [...this.#desks.values()];
  }

  close(repositoryId: number): void {
    const desk = this.#desks.get(repositoryId);
    if (!desk) return;
    this.#desks.delete(repositoryId);
    const before = this.#ending.get(repositoryId);
    const ended = Promise.all([before, desk.close()]).then(() => {
      if (this.#ending.get(repositoryId) === ended) this.#ending.delete(repositoryId);
    });
    this.#ending.set(repositoryId, ended);
  }

  closeInstallation(installation: number): void {
    for (const desk of [...this.#desks.values()]) {
      if (desk.installation === installation) this.close(desk.repository.id);
    }
  }

  /** Serves exactly the repositories where the app is installed: installation events can be lost like any other. */
  async refresh(): Promise<void> {
    const before = [...this.#desks.keys()]; // what is opened during the listing may be missing from it
    const installed = await this.#options.installations();
    if (this.#closed) return;
    const ids = new Set(installed.flatMap(({ repositories }) => repositories.map(({ id }) => id)));
    for (const id of before) if (!ids.has(id)) this.close(id);
    for (const { id, repositories } of installed) {
      for (const repository of repositories) this.open(id, repository);
    }
  }

  /** Ends every desk, after the hints that it has. */
  async closeAll(): Promise<void> {
    this.#closed = true;
    for (const id of [...this.#desks.keys()]) this.close(id);
    await Promise.all(this.#ending.values());
  }
}

const isSame = (a: Repository, b: Repository): boolean => a.owner === b.owner && a.repo === b.repo;
