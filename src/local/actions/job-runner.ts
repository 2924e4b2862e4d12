import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asError } from '../../base/errors.ts';
import { bringActions, type FindAction } from './built-in/hosted-action.ts';
import { type Contexts, evaluateString, evaluateStrings, type Json } from './expressions.ts';
import { JobLog, Masks } from './job-log.ts';
import { type Machine, makeFolders, runnerContext, runnerName } from './machine.ts';
import type { JobConclusion, JobRecord, StepRecord } from './records.ts';
import { type KeepArtifact, type Scope, Session } from './session.ts';
import { runPosts, runSteps, type StepListener, stepName } from './step-runner.ts';
import type { Job, Workflow } from './workflow.ts';

/** No job may take longer than five days on a machine of one's own (GitHub's limit). */
const maxMinutes = 5 * 24 * 60;

/** Everything a machine has to know to run one job. */
export interface JobPlan {
  record: JobRecord;
  workflow: Workflow;
  job: Job;
  repository: string;
  cloneUrl: string;
  /** `github` (without what only the machine knows), `needs`, `strategy`, `matrix`, `inputs`, `vars`, `secrets`. */
  contexts: Contexts;
  token: string;
  keepArtifact: KeepArtifact;
  findAction: FindAction;
  /** Told whenever a step begins or ends. */
  onSteps(steps: StepRecord[]): void;
}

export interface JobEnd {
  conclusion: JobConclusion;
  outputs: Record<string, string>;
}

/** The runner of one job: its steps in order, its end, and the two ways to stop it. */
export class JobRunner {
  readonly #machine: Machine;
  readonly #plan: JobPlan;
  readonly #session: Session;
  readonly #steps: StepRecord[] = [];

  constructor(machine: Machine, plan: JobPlan) {
    const { record, repository, cloneUrl, token, keepArtifact, findAction } = plan;
    const masks = new Masks();
    for (const value of Object.values(plan.contexts.secrets ?? {})) masks.add(String(value));
    masks.add(token);
    const log = new JobLog(logPath(machine, record.id), masks, machine.clock);
    const folders = makeFolders(machine, record.id, repository);
    const { trackingId } = record;
    this.#machine = machine;
    this.#plan = plan;
    const about = { trackingId, repository, cloneUrl, token, keepArtifact, findAction };
    this.#session = new Session({ machine, folders, log, masks, ...about });
  }

  /** Where this job's processes have their working directories. */
  get folder(): string {
    return this.#session.parts.folders.root;
  }

  cancel(): void {
    this.#session.cancel();
  }

  kill(): Promise<void> {
    return this.#session.kill();
  }

  /** Runs the job to its end, whatever happens; every process it left is gone when this resolves. */
  async run(): Promise<JobEnd> {
    const session = this.#session;
    const { log } = session.parts;
    const scope: Scope = {
      contexts: this.#contexts(),
      steps: {},
      env: {},
      defaults: { ...this.#plan.workflow.defaults, ...this.#plan.job.defaults },
      failed: false,
      afterCancel: false,
    };
    const callOff = this.#limitTime(scope);
    let outputs: Record<string, string> = {};
    try {
      await this.#steppedThrough(scope);
      outputs = this.#outputs(scope);
    } catch (error) {
      scope.failed = true;
      log.write(`##[error]${asError(error).message}`);
    } finally {
      callOff();
    }
    await this.#finish();
    const { cancelled } = session;
    return { conclusion: cancelled ? 'cancelled' : scope.failed ? 'failure' : 'success', outputs };
  }

  async #steppedThrough(scope: Scope): Promise<void> {
    const session = this.#session;
    const { workflow, job } = this.#plan;
    const names = ['Set up job', ...job.steps.map(stepName)];
    this.#steps.push(...names.map((name, index) => queuedStep(index + 1, name)));
    const setUp = this.#listener(0);
    setUp.begins('Set up job');
    session.parts.log.write(`Runner name: '${runnerName}'\nJob name: ${this.#plan.record.name}`);
    const { contexts } = scope;
    Object.assign(session.env, evaluateStrings(workflow.env, contexts), evaluateStrings(job.env, contexts));
    await bringActions(session, job.steps).catch((error) => {
      setUp.ends('failure');
      throw error;
    });
    setUp.ends('success');
    await runSteps(session, scope, job.steps, (index) => this.#listener(index + 1));
    await runPosts(session, (name) => this.#appended(name));
  }

  #contexts(): Contexts {
    const { folders } = this.#session.parts;
    const github = this.#plan.contexts.github as Record<string, Json>;
    const eventPath = join(folders.temp, 'event.json');
    writeFileSync(eventPath, JSON.stringify(github.event));
    const own = { token: this.#plan.token, workspace: folders.workspace, event_path: eventPath };
    const secrets = {
      ...(this.#plan.contexts.secrets as Record<string, Json>),
      GITHUB_TOKEN: this.#plan.token,
    };
    return { ...this.#plan.contexts, github: { ...github, ...own }, secrets };
  }

  #outputs(scope: Scope): Record<string, string> {
    const session = this.#session;
    const contexts = {
      ...scope.contexts,
      env: session.env,
      steps: scope.steps,
      job: { status: scope.failed ? 'failure' : 'success' },
      runner: runnerContext(session.parts.folders),
    };
    const all = evaluateStrings(this.#plan.job.outputs, contexts);
    const shown = Object.entries(all).filter(([name, value]) => {
      const secret = session.parts.masks.touches(value);
      if (secret) session.parts.log.write(`##[warning]Skip output '${name}' since it may contain secret.`);
      return !secret;
    });
    return Object.fromEntries(shown);
  }

  /** A job that takes too long is cancelled. */
  #limitTime(scope: Scope): () => void {
    const asked = Number(evaluateString(this.#plan.job.timeoutMinutes, scope.contexts));
    if (Number.isNaN(asked)) return () => {};
    const minutes = Math.min(asked, maxMinutes);
    return this.#machine.clock.after(minutes * 60_000, () => {
      this.#session.parts.log.write(
        `##[error]The job running on runner ${runnerName} has exceeded the maximum execution time of ${minutes} minutes.`,
      );
      this.cancel();
    });
  }

  async #finish(): Promise<void> {
    const { log, folders } = this.#session.parts;
    log.write('Cleaning up orphan processes');
    await this.#session.cleanUp();
    log.close();
    await rm(folders.root, { recursive: true, force: true, maxRetries: 3 });
  }

  #appended(name: string): StepListener {
    this.#steps.push(queuedStep(this.#steps.length + 1, name));
    return this.#listener(this.#steps.length - 1);
  }

  #listener(index: number): StepListener {
    const change = (fields: Partial<StepRecord>) => {
      const step = this.#steps[index];
      if (step) this.#steps[index] = { ...step, ...fields };
      this.#plan.onSteps([...this.#steps]);
    };
    const now = () => this.#machine.clock.now();
    return {
      begins: (name) => change({ name, status: 'in_progress', startedAt: now() }),
      ends: (conclusion) =>
        change({
          status: 'completed',
          conclusion,
          completedAt: now(),
          startedAt: this.#steps[index]?.startedAt ?? now(),
        }),
    };
  }
}

function queuedStep(number: number, name: string): StepRecord {
  return { number, name, status: 'queued', conclusion: null, startedAt: null, completedAt: null };
}

export function logPath(machine: Machine, jobId: number): string {
  return join(machine.logFolder, `${jobId}.log`);
}
