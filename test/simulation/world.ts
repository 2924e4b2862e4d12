import { SimApp } from './app.ts';
import type { Chance } from './chance.ts';
import { SimGitHub } from './github.ts';
import { type Fate, quiet, Schedule } from './machine.ts';
import { Oracle } from './oracle.ts';
import { type SimAgent, SimRunner } from './runner.ts';

/** Something that a person or a worker asked of a ticket, as it will be found on the issue. */
export interface Asked {
  issue: number | null;
  /** Where it was asked of the ticket's file. */
  ticket?: string;
  kind: string;
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

  constructor(chance: Chance) {
    this.chance = chance;
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
    this.apps.push(new SimApp(this.github, name, this.chance));
  }

  killApp(app: SimApp): void {
    const at = this.schedule.calls.filter(({ machine }) => machine === app.machine).map(({ name }) => name);
    this.tell(`${app.machine.name} dies${at.length > 0 ? ` in: ${at.join(', ')}` : ''}`);
    app.machine.kill();
    this.apps = this.apps.filter((one) => one !== app);
  }

  get agents(): SimAgent[] {
    return this.runners.flatMap(({ agent }) => (agent?.isAlive ? [agent] : []));
  }

  get live(): SimRunner[] {
    return this.runners.filter(({ machine }) => machine.isAlive);
  }

  /** What GitHub does by itself, at once: jobs begin, cancels reach their machines. */
  actions(): void {
    for (const { run, cancel } of this.live.map((one) => ({ run: one.run, cancel: () => one.cancel() }))) {
      if (!run.cancelAsked) continue;
      run.cancelAsked = false;
      this.tell(`run ${run.id} is being cancelled`);
      cancel();
    }
  }

  startRun(): void {
    const queued = [...this.github.runs.values()].filter(({ status }) => status === 'queued');
    if (queued.length === 0) return;
    const run = this.chance.pick(queued);
    this.tell(`run ${run.id} (${run.title}) begins, try ${run.run_attempt}`);
    this.runners.push(new SimRunner(this.github, run, this.chance));
  }

  endAgent(kind = this.chance.weighted({ done: 5, failed: 1, question: 1, silent: 1, crash: 1 })): void {
    const { agents } = this;
    if (agents.length === 0) return;
    const agent = this.chance.pick(agents);
    this.tell(`the agent of ${agent.ticket} #${agent.attempt} ends: ${kind}`);
    if (kind === 'crash') agent.end({ signal: 'SIGKILL' }, null);
    else if (kind === 'silent') agent.end({ code: 0 }, null);
    else {
      this.said.add(`${agent.ticket} #${agent.attempt} ${kind}`);
      agent.end({ code: 0 }, { kind: kind as 'done', summary: `said ${kind}` });
    }
  }

  async answerOne(fates: Record<Fate, number>): Promise<void> {
    const { calls } = this.schedule;
    if (calls.length === 0) return;
    const call = this.chance.pick(calls);
    const fate = this.chance.weighted(fates);
    if (fate !== 'well') this.tell(`${call.machine.name}: ${call.name}: ${fate}`);
    await this.schedule.answer(call, fate);
    await quiet();
    this.actions();
  }

  deliver(): void {
    const { deliveries } = this.github;
    if (deliveries.length === 0 || this.apps.length === 0) return;
    const index = this.chance.is(0.7) ? 0 : this.chance.below(deliveries.length);
    const fate = this.chance.weighted({ well: 7, lost: 2, doubled: 1 });
    const delivery = deliveries[index];
    if (!delivery) return;
    if (fate !== 'doubled') deliveries.splice(index, 1);
    if (fate !== 'well') this.tell(`${delivery.name} is ${fate}`);
    if (fate !== 'lost') this.chance.pick(this.apps).deliver(delivery);
  }
}
