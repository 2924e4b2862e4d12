import type { Clock } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Panel } from '../engine/panel.ts';
import type { Operator } from '../engine/ports.ts';
import { Lines } from './lines.ts';
import { repeat } from './repeat.ts';

/** A repository as installations and webhooks name it; the id stays when the name changes. */
export interface Repository {
  id: number;
  owner: string;
  repo: string;
}

export type MakeOperator = (installation: { id: number }, repository: Repository) => Promise<Operator>;

/** Milliseconds between two looks at the same thing. */
export interface Intervals {
  head: number;
  sweep: number;
}

export interface DeskOptions {
  installation: number;
  repository: Repository;
  operators: MakeOperator;
  intervals: Intervals;
  /** Ends before this desk's operator is made: two of one repository may share a folder. */
  after: Promise<void>;
  clock: Clock;
  log: Log;
}

/** One repository: its operator, the lines of hints to it, and its timers. */
export class Desk {
  readonly installation: number;
  readonly repository: Repository;
  readonly #options: DeskOptions;
  readonly #lines = new Lines();
  readonly #timers: (() => void)[];
  #operator: Promise<Operator> | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: DeskOptions) {
    this.installation = options.installation;
    this.repository = options.repository;
    this.#options = options;
    const { clock, intervals } = options;
    const failed = (error: unknown) => this.#warn('a look on a timer failed', error);
    this.#timers = [
      repeat(clock, intervals.head, () => this.lookAtHead(), failed),
      repeat(clock, intervals.sweep, () => this.sweep(), failed),
    ];
  }

  /**
   * Hands a hint to the operator, one after another within `line`. Resolves when work of this name that began after
   * the call has ended. A failure is the caller's to report, and a sweep finds whatever the hint was about.
   */
  async hint(line: string, name: string, work: (operator: Operator) => Promise<void>): Promise<void> {
    if (this.#closing) throw new SignalboxError('forge', 'desk-closed', `${this.#name} is being closed`);
    try {
      await this.#lines.add(line, name, async () => work(await this.#open()));
    } catch (error) {
      if (line !== 'sweep' && line !== 'head') this.sweepSoon();
      throw error;
    }
  }

  lookAtHead(): Promise<void> {
    return this.hint('head', 'head', (operator) => operator.lookAtHead());
  }

  sweep(): Promise<void> {
    return this.hint('sweep', 'sweep', (operator) => operator.sweep());
  }

  /** What people see of it, and where they ask. */
  async panel(): Promise<Panel> {
    if (this.#closing) throw new SignalboxError('forge', 'desk-closed', `${this.#name} is being closed`);
    return (await this.#open()).panel;
  }

  /** A sweep that nobody waits for. */
  sweepSoon(): void {
    this.sweep().catch((error) => this.#warn('a sweep failed', error));
  }

  /** Takes no more hints, ends what it has, and closes the operator. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const callOff of this.#timers) callOff();
    await this.#lines.idle();
    try {
      await (await this.#operator)?.close();
    } catch (error) {
      this.#warn('closing failed', error);
    }
  }

  /** One operator, made when it is first needed; where that fails, the next hint tries again. */
  #open(): Promise<Operator> {
    const { after, operators, installation, repository } = this.#options;
    this.#operator ??= after
      .then(() => operators({ id: installation }, repository))
      .catch((error) => {
        this.#operator = null;
        throw error;
      });
    return this.#operator;
  }

  #warn(message: string, error: unknown): void {
    this.#options.log.warn(message, { repository: this.#name, error });
  }

  get #name(): string {
    return `${this.repository.owner}/${this.repository.repo}`;
  }
}
