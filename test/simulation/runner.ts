import { sleep } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { makeHandler } from '../../src/engine/handle.ts';
import { makeJudge } from '../../src/engine/pushes.ts';
import type { AgentExit } from '../../src/runner/agent.ts';
import { finish } from '../../src/runner/end.ts';
import { type Gate, lookAgain, passGate } from '../../src/runner/gate.ts';
import { closedAt, type Job, type RunnerStore } from '../../src/runner/job.ts';
import { judge } from '../../src/runner/judge.ts';
import { makePatience } from '../../src/runner/patience.ts';
import { makeBrake } from '../../src/runner/stop.ts';
import type { Verdict } from '../../src/runner/verdict.ts';
import { watched } from '../../src/runner/watched.ts';
import type { Chance } from './chance.ts';
import { config } from './config.ts';
import { jobs, type SimGitHub, type SimRun } from './github.ts';
import { Machine } from './machine.ts';
import { simForge, simStore } from './ports.ts';

/** Something that works, until it ends or is ended. */
export interface SimAgent {
  ticket: string;
  attempt: number;
  run: number;
  isAlive: boolean;
  /** Ends by itself, with these words. */
  end(exit: AgentExit, said: Verdict | null): void;
}

/** One job of Actions: the real gate, look-out, judgement and end, around an agent that is a row in a list. */
export class SimRunner {
  readonly machine: Machine;
  readonly run: SimRun;
  agent: SimAgent | null = null;
  readonly #github: SimGitHub;
  readonly #chance: Chance;
  readonly #interrupted = new AbortController();

  constructor(github: SimGitHub, run: SimRun, chance: Chance) {
    this.machine = new Machine(github.schedule, `runner ${run.id}.${run.run_attempt}`, jobs);
    this.run = run;
    this.#github = github;
    this.#chance = chance;
    github.setRun(run, { status: 'in_progress' });
    void this.#work().then(
      () => this.#conclude('success'),
      () => this.#conclude('failure'),
    );
  }

  /** Actions cancels the job: ten seconds, then the machine is taken away with all on it. */
  cancel(): void {
    this.#interrupted.abort();
    this.machine.clock.after(10_000, () => this.die('cancelled'));
  }

  /** The machine is gone, and all on it; GitHub notices. */
  die(conclusion: string): void {
    if (!this.machine.isAlive) return;
    if (this.agent) this.agent.isAlive = false;
    this.machine.kill();
    if (this.run.status !== 'completed') this.#github.setRun(this.run, { status: 'completed', conclusion });
  }

  #conclude(conclusion: string): void {
    this.die(this.#interrupted.signal.aborted ? 'cancelled' : conclusion);
  }

  async #work(): Promise<void> {
    const { machine, run } = this;
    const { clock } = machine;
    const store = simStore(this.#github, machine, this.#chance);
    const forge = simForge(this.#github, machine);
    const now = () => clock.now();
    const judgeOfPushes = makeJudge(forge, { branch: async () => config.branch, clock, now });
    const handler = makeHandler({
      store,
      config: async () => config,
      now,
      clock,
      log: silentLog,
      judge: judgeOfPushes,
    });
    const seen = {
      read: (options?: { fresh?: boolean }) => handler.read(options),
      saveSignal: (id: string, attempt: number, text: string) => store.saveSignal(id, attempt, text),
    };
    const gate: Gate = { store: seen, forge, handler, config, clock, user: null };
    const interrupted = this.#interrupted.signal;
    const patience = makePatience(clock, silentLog, interrupted);
    const tools = {
      config,
      store: seen,
      handler,
      clock,
      log: silentLog,
      output: { line: () => {} },
      patience,
    };
    const { ticket = '', attempt = '', claim = '' } = run.inputs;
    const job: Job = {
      ticket,
      attempt: Number(attempt),
      claim,
      run: { id: run.id, run_attempt: run.run_attempt, url: run.url },
    };
    const key = this.#chance.hex(32);
    const asking = {
      ms: config.limits.unreadable_seconds * 1000,
      everyMs: config.limits.look_seconds * 1000,
    };
    if (await patience.insist('gate', asking, () => passGate(gate, job, key))) return;
    const nothing = { job, agent: 'signalbox', key, agentGone: true, saveWork: null };
    const standing = await patience.insist('look', asking, () => lookAgain(gate, job));
    if ('code' in standing || interrupted.aborted) {
      await finish(tools, { ...nothing, judgement: { nothing: true } });
      return;
    }
    const brake = makeBrake();
    let exit: AgentExit | null = null;
    let said: Verdict | null = null;
    const ended = new Promise<void>((resolve) => {
      const end = (how: AgentExit, words: Verdict | null) => {
        [exit, said] = [how, words];
        agent.isAlive = false;
        resolve();
      };
      const agent: SimAgent = { ticket, attempt: job.attempt, run: run.id, isAlive: true, end };
      this.agent = agent;
      brake.signal.addEventListener('abort', () => resolve());
    });
    const endBy = clock.now() + 30 * 60_000;
    const over = watched({
      store: seen,
      job,
      brake,
      clock,
      log: silentLog,
      limits: config.limits,
      endBy,
      saveEveryMs: 3_600_000,
      checkIn: async () => {},
      census: () => {},
      interrupted,
    });
    await ended;
    over();
    if (brake.cause) await sleep(clock, this.#chance.below(config.limits.kill_after_seconds * 1000));
    if (this.agent) this.agent.isAlive = false;
    const closed = brake.cause === 'cancelled' && (await this.#isClosed(seen, job));
    const judgement = judge({ cause: brake.cause, exit, claim: said, lastWords: '', closed });
    await finish(tools, { ...nothing, agent: 'luci', judgement });
  }

  async #isClosed(store: Pick<RunnerStore, 'read'>, job: Job): Promise<boolean> {
    try {
      return (await closedAt(await store.read({ fresh: true }), job)) !== null;
    } catch {
      return false;
    }
  }
}
