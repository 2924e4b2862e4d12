import { isoSeconds } from '../../src/base/clock.ts';
import type { Config } from '../../src/ticket/config.ts';
import type { SignalKind } from '../../src/ticket/format.ts';
import { pushSignal } from './agents.ts';
import { SimApp } from './app.ts';
import type { Chance } from './chance.ts';
import { drawConfig } from './config.ts';
import { Coverage } from './coverage.ts';
import { SimGitHub } from './github.ts';
import { type Fate, type Machine, quiet, Schedule } from './machine.ts';
import { Mood } from './mood.ts';
import { Oracle } from './oracle.ts';
import { type SimAgent, SimRunner } from './runner.ts';

/** Something that a person or a worker asked of a ticket, as it will be found on the issue. */
export interface Asked {
  issue: number | null;
  /** Where it was asked of the ticket's file. */
  ticket?: string;
  kind: string;
  /** A park until some time. */
  defers?: boolean;
  /** As the ticket remembers it: `e7`, `c8`. */
  source: string;
  at: string;
  mayAsk: boolean;
  /** Pushed to a branch that was forced back since. */
  mayBeUndone?: boolean;
}

/** One simulated repository: GitHub, processes of the app, jobs with agents, and all that was asked of them. */
export class World {
  readonly schedule = new Schedule();
  readonly github: SimGitHub;
  readonly chance: Chance;
  readonly config: Config;
  readonly mood: Mood;
  readonly coverage = new Coverage();
  readonly asked: Asked[] = [];
  /** `MC-1 #2 done`: what agents said when they ended. */
  readonly said = new Set<string>();
  /** Runs whose Cancel somebody pressed. */
  readonly cancelled = new Set<number>();
  /** Whether somebody ever drained the desk: then any attempt may have been parked. */
  drained = false;
  readonly oracle: Oracle;
  /** What happened, for people. */
  readonly story: string[] = [];
  apps: SimApp[] = [];
  runners: SimRunner[] = [];
  #started = 0;
  readonly #hopeless: boolean;

  constructor(chance: Chance) {
    this.chance = chance;
    this.config = drawConfig(chance);
    this.mood = new Mood(chance);
    this.#hopeless = chance.is(0.3);
    this.github = new SimGitHub(this.schedule);
    this.oracle = new Oracle(this);
  }

  asks(asked: Omit<Asked, 'at'>): void {
    this.asked.push({ ...asked, at: this.github.at });
  }

  tell(words: string): void {
    this.story.push(`${new Date(this.schedule.now).toISOString().slice(11, 23)} ${words}`);
  }

  startApp(): void {
    const name = `app ${++this.#started}`;
    this.tell(`${name} starts`);
    const app = new SimApp(this.github, name, this);
    this.apps.push(app);
    app.machine.skew = this.#skew();
  }

  killApp(app: SimApp): void {
    const at = this.schedule.calls.filter(({ machine }) => machine === app.machine).map(({ name }) => name);
    this.tell(`${app.machine.name} dies${at.length > 0 ? ` in: ${at.join(', ')}` : ''}`);
    this.coverage.trouble('an app died');
    app.machine.kill();
    this.apps = this.apps.filter((one) => one !== app);
  }

  get agents(): SimAgent[] {
    return this.runners.flatMap(({ agent }) => (agent?.isAlive ? [agent] : []));
  }

  get live(): SimRunner[] {
    return this.runners.filter(({ machine }) => machine.isAlive);
  }

  get queued() {
    return [...this.github.runs.values()].filter(({ status }) => status === 'queued');
  }

  /** What GitHub does by itself, at once: cancels reach their machines, and machines are given up. */
  actions(): void {
    for (const runner of this.live) {
      const { run } = runner;
      if (run.givenUp && run.status !== 'completed') {
        this.tell(`run ${run.id} is given up`);
        if (runner.machine.isWedged) runner.die('cancelled');
        else runner.lose('cancelled');
      } else if (run.cancelAsked) {
        run.cancelAsked = false;
        this.tell(`run ${run.id} is being cancelled`);
        runner.cancel();
      }
    }
  }

  startRun(): void {
    const { queued, chance, github, config, mood } = this;
    if (queued.length === 0) return;
    const run = chance.pick(queued);
    const { hangs, deaf } = mood.of({ hangs: 0.25, deaf: 0.25 });
    const is = { hangs: chance.is(hangs), deaf: chance.is(deaf) };
    const words = [is.hangs ? ', its agent will hang' : '', is.deaf ? ', it hears no cancel' : ''].join('');
    this.tell(`run ${run.id} (${run.title}) begins, try ${run.run_attempt}${words}`);
    run.isDeaf = is.deaf;
    const runner = new SimRunner({ github, run, chance, config, hangs: is.hangs });
    runner.machine.skew = this.#skew();
    this.runners.push(runner);
  }

  /** One of the agents that end by themselves does. In some worlds no work succeeds. */
  async endAgent(
    kind = this.chance.weighted(this.mood.of(this.#hopeless ? failures : endings)),
  ): Promise<void> {
    const able = this.agents.filter(({ hangs, machine }) => !hangs && !machine.isWedged);
    if (able.length === 0) return;
    const agent = this.chance.pick(able);
    this.tell(`the agent of ${agent.ticket} #${agent.attempt} ends: ${kind}`);
    if (kind === 'crash') agent.end({ signal: 'SIGKILL' }, null);
    else if (kind === 'silent') agent.end({ code: 0 }, null);
    else if (kind === 'quota') {
      const until = isoSeconds(this.schedule.now + this.chance.below(10 * 60_000));
      agent.end({ code: 1 }, null, { until, line: 'limit reached' });
    } else if (kind === 'file' || kind === 'lie') await pushSignal(this, agent, kind === 'file');
    else {
      const verdict = agent.reviews ? verdictOf(kind, agent.attempt) : kind;
      this.said.add(`${agent.ticket} #${agent.attempt} ${verdict}`);
      agent.end({ code: 0 }, { kind: verdict, summary: `said ${verdict}` });
    }
  }

  async answerOne(fates: Record<Fate, number>): Promise<void> {
    const { calls } = this.schedule;
    if (calls.length === 0) return;
    const call = this.chance.pick(calls);
    const fate = this.chance.weighted(fates);
    if (fate !== 'well') {
      this.tell(`${call.machine.name}: ${call.name}: ${fate}`);
      this.coverage.trouble('a call failed');
    }
    this.coverage.tick();
    await this.schedule.answer(call, fate);
    await quiet();
    if (this.oracle.peaceSince === Number.POSITIVE_INFINITY) this.#endInBetween(call.machine);
    this.actions();
  }

  /** A machine may die at any call with which it hands in what its agent has said. */
  #endInBetween(machine: Machine): void {
    const ending = this.live.find((one) => one.machine === machine && one.agent?.isAlive === false);
    if (!ending || machine.isWedged || !this.chance.is(this.mood.of({ handsIn: 0.03 }).handsIn)) return;
    this.tell(`the machine of run ${ending.run.id} dies as it hands in`);
    this.coverage.trouble('a machine failed');
    ending.die('failure');
  }

  deliver(): void {
    const { deliveries } = this.github;
    if (deliveries.length === 0 || this.apps.length === 0) return;
    const index = this.chance.is(0.7) ? 0 : this.chance.below(deliveries.length);
    const fate = this.chance.weighted(this.mood.of({ arrives: 7, 'is lost': 2, 'is doubled': 1 }));
    const delivery = deliveries[index];
    if (!delivery) return;
    if (fate !== 'is doubled') deliveries.splice(index, 1);
    if (fate !== 'arrives') {
      this.tell(`${delivery.name} ${fate}`);
      this.coverage.trouble('a hint went wrong');
    }
    if (fate !== 'is lost') this.chance.pick(this.apps).deliver(delivery);
  }

  /** Clocks differ by minutes; nothing may depend on them. */
  #skew(): number {
    return this.chance.is(0.3) ? (this.chance.next() - 0.5) * 10 * 60_000 : 0;
  }
}

/** What an agent says that judges, where another would say that it is done. */
function verdictOf(kind: SignalKind, attempt: number): SignalKind {
  if (kind !== 'done') return kind === 'review' ? 'rejected' : kind;
  return attempt % 2 === 0 ? 'rejected' : 'approved';
}

const endings = {
  done: 5,
  review: 1,
  failed: 1,
  question: 1,
  silent: 1,
  crash: 1,
  file: 0.5,
  lie: 0.5,
  quota: 1,
} as const;

const failures = { ...endings, done: 0, review: 0, question: 0, failed: 3, silent: 3 } as const;
