import { sleep } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { makeHandler } from '../../src/engine/handle.ts';
import { makeJudge } from '../../src/engine/pushes.ts';
import type { AgentExit } from '../../src/runner/agent.ts';
import { type EndTools, finish } from '../../src/runner/end.ts';
import { type Gate, lookAgain, passGate } from '../../src/runner/gate.ts';
import { noteGiven } from '../../src/runner/given.ts';
import { closedAt, type Job, type RunnerStore } from '../../src/runner/job.ts';
import { judge } from '../../src/runner/judge.ts';
import type { Limit } from '../../src/runner/limit.ts';
import { makePatience } from '../../src/runner/patience.ts';
import { type Brake, makeBrake } from '../../src/runner/stop.ts';
import type { Verdict } from '../../src/runner/verdict.ts';
import { watched } from '../../src/runner/watched.ts';
import type { Config } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { workRef } from '../../src/ticket/paths.ts';
import type { Chance } from './chance.ts';
import { simForge } from './forge.ts';
import type { SimGitHub, SimRun } from './github.ts';
import { Machine } from './machine.ts';
import { jobs, mainRef } from './names.ts';
import { simStore } from './store.ts';

/** Something that works, until it ends or is ended. */
export interface SimAgent {
  ticket: string;
  attempt: number;
  /** Whether it judges the work of another. */
  reviews: boolean;
  run: number;
  key: string;
  isAlive: boolean;
  /** It will never end by itself. */
  hangs: boolean;
  machine: Machine;
  /** An id of GitHub's from its runner's last look at the issue before it started. */
  lookedAt: number;
  /** What its prompt told it of what people said: ids. */
  messages: readonly string[];
  /** Ends by itself, with these words. */
  end(exit: AgentExit, said: Verdict | null, limit?: Limit): void;
}

/** How an agent's life ended. */
interface Life {
  exit: AgentExit | null;
  said: Verdict | null;
  limit?: Limit;
}

export interface SimJob {
  github: SimGitHub;
  run: SimRun;
  chance: Chance;
  config: Config;
  /** Whether its agent will hang. */
  hangs: boolean;
}

/** One job of Actions: the real gate, look-out, judgement and end, around an agent that is a row in a list. */
export class SimRunner {
  readonly machine: Machine;
  readonly run: SimRun;
  agent: SimAgent | null = null;
  readonly #sim: SimJob;
  /** What its work builds on: the ticket's branch where there is one. */
  readonly #base: string;
  readonly #interrupted = new AbortController();

  constructor(sim: SimJob) {
    const { github, run } = sim;
    this.machine = new Machine(github.schedule, `runner ${run.id}.${run.run_attempt}`, jobs);
    this.run = run;
    this.#sim = sim;
    const { refs } = github.remote;
    this.#base = refs.get(`refs/heads/ticket/${run.inputs.ticket}`) ?? refs.get(mainRef) ?? '';
    github.setRun(run, { status: 'in_progress' });
    void this.#work().then(
      () => this.#conclude('success'),
      () => this.#conclude('failure'),
    );
  }

  /** Actions cancels the job: ten seconds, then the machine is taken away with all on it. */
  cancel(): void {
    this.#interrupted.abort();
    this.#sim.github.schedule.after(10_000, () => this.die('cancelled'));
  }

  /** The machine is gone, and all on it; GitHub notices. */
  die(conclusion: string): void {
    if (!this.machine.isAlive) return;
    if (this.agent) this.agent.isAlive = false;
    this.machine.kill();
    this.#end(conclusion);
  }

  /** GitHub gives the machine up; it goes on without any line to anybody. */
  lose(conclusion: string): void {
    this.machine.isCutOff = true;
    this.#end(conclusion);
  }

  #end(conclusion: string): void {
    const { github } = this.#sim;
    if (this.run.status !== 'completed') github.setRun(this.run, { status: 'completed', conclusion });
  }

  #conclude(conclusion: string): void {
    this.die(this.#interrupted.signal.aborted ? 'cancelled' : conclusion);
  }

  async #work(): Promise<void> {
    const { machine } = this;
    const { config, chance, run } = this.#sim;
    const { clock } = machine;
    const { gate, tools } = this.#tools();
    const interrupted = this.#interrupted.signal;
    const { ticket = '', attempt = '', claim = '' } = run.inputs;
    const about = { id: run.id, run_attempt: run.run_attempt, url: run.url };
    const job: Job = { ticket, attempt: Number(attempt), claim, run: about };
    const key = chance.hex(32);
    const { unreadable_seconds, look_seconds, kill_after_seconds } = config.limits;
    const asking = { ms: unreadable_seconds * 1000, everyMs: look_seconds * 1000 };
    if (await tools.patience.insist('gate', asking, () => passGate(gate, job, key))) return;
    const nothing = { job, agent: 'signalbox', key, agentGone: true, saveWork: null };
    const standing = await tools.patience.insist('look', asking, () => lookAgain(gate, job));
    if ('code' in standing || interrupted.aborted) {
      await finish(tools, { ...nothing, judgement: { nothing: true } });
      return;
    }
    const brake = makeBrake();
    const over = this.#watch(tools.store, job, brake);
    const life = this.#lives(job, key, standing.ticket, brake);
    const exited = life.then(({ exit: how }) => how ?? { signal: 'SIGTERM' });
    const given = { job, key, ticket: standing.ticket };
    const noted = noteGiven(tools, given, { exited }, look_seconds * 1000);
    const { exit, said, limit = null } = await life;
    over();
    if (brake.cause) await sleep(clock, chance.below(kill_after_seconds * 1000));
    if (this.agent) this.agent.isAlive = false;
    await noted;
    const closed = brake.cause === 'cancelled' && (await isClosed(tools.store, job));
    const judgement = judge({ cause: brake.cause, exit, claim: said, limit, lastWords: '', closed });
    await finish(tools, { ...nothing, agent: 'luci', judgement, saveWork: () => this.#saveWork(job) });
  }

  #tools(): { gate: Gate; tools: EndTools } {
    const { github, chance, config } = this.#sim;
    const { clock } = this.machine;
    const log = silentLog;
    const store = simStore(github, this.machine, chance);
    const forge = simForge(github, this.machine);
    const now = () => forge.now();
    const judgeOfPushes = makeJudge(forge, { branch: async () => config.branch, clock, now });
    const handler = makeHandler({ store, config: async () => config, now, clock, log, judge: judgeOfPushes });
    const seen: RunnerStore = {
      read: (options) => handler.read(options),
      saveSignal: (id, attempt, text) => store.saveSignal(id, attempt, text),
    };
    const patience = makePatience(clock, log, this.#interrupted.signal);
    const gate: Gate = { store: seen, forge, handler, config, clock, user: null };
    return {
      gate,
      tools: { config, store: seen, handler, clock, log, output: { line: () => {} }, patience },
    };
  }

  #watch(store: RunnerStore, job: Job, brake: Brake): () => void {
    const { config } = this.#sim;
    const { clock } = this.machine;
    const minutes = config.agents.luci?.time_limit_minutes ?? 0;
    return watched({
      store,
      job,
      brake,
      clock,
      log: silentLog,
      limits: config.limits,
      endBy: clock.now() + minutes * 60_000,
      saveEveryMs: 3_600_000,
      checkIn: async () => {},
      census: () => {},
      interrupted: this.#interrupted.signal,
    });
  }

  /** The agent's life, until it ends by itself or the brake is pulled. */
  #lives(job: Job, key: string, { messages, attempt: open }: Ticket, brake: Brake): Promise<Life> {
    const { run, hangs } = this.#sim;
    return new Promise((resolve) => {
      const end: SimAgent['end'] = (exit, said, limit) => {
        agent.isAlive = false;
        resolve({ exit, said, ...(limit ? { limit } : {}) });
      };
      const { ticket, attempt } = job;
      const { lookedAt } = this.machine;
      const agent: SimAgent = {
        ticket,
        attempt,
        reviews: open?.commit !== undefined,
        run: run.id,
        key,
        isAlive: true,
        hangs,
        machine: this.machine,
        lookedAt,
        messages: messages.map(({ id }) => id),
        end,
      };
      this.agent = agent;
      brake.signal.addEventListener('abort', () => resolve({ exit: null, said: null }));
    });
  }

  /** A commit of its own for each attempt, on its ref. */
  #saveWork({ ticket, attempt }: Job): Promise<string> {
    const { github } = this.#sim;
    return this.machine.call('push the work', async () => {
      const commit = await github.commit([this.#base], `${ticket} #${attempt}`);
      github.push(workRef(ticket, attempt), commit, this.machine.login);
      return commit;
    });
  }
}

async function isClosed(store: RunnerStore, job: Job): Promise<boolean> {
  try {
    return (await closedAt(await store.read({ fresh: true }), job)) !== null;
  } catch {
    return false;
  }
}
