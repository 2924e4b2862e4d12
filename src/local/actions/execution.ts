import { asError } from '../../base/errors.ts';
import { keepArtifact } from './artifacts.ts';
import { actionFinder } from './built-in/hosted-action.ts';
import { runContexts } from './contexts.ts';
import { type Contexts, evaluateCondition } from './expressions.ts';
import { JobLog, Masks } from './job-log.ts';
import { JobRunner, logPath } from './job-runner.ts';
import type { Ledger } from './ledger.ts';
import { planLegs } from './legs.ts';
import type { Machine } from './machine.ts';
import { type Leg, type Node, needsContext, runConclusion, statusFor, together } from './nodes.ts';
import type { Notices } from './notices.ts';
import { defaultPermissions } from './permissions.ts';
import { type Conclusion, type JobConclusion, type JobRecord, latest } from './records.ts';
import { nameOf } from './shapes.ts';
import type { Slots } from './slots.ts';
import type { Workflow } from './workflow.ts';

/** After so many milliseconds a job that was told to stop is ended by force. */
const forceEndMs = 5 * 60_000;

export interface ExecutionParts {
  ledger: Ledger;
  notices: Notices;
  machine: Machine;
  slots: Slots;
  workflow: Workflow;
  runId: number;
  /** Called once, when the run is to be concluded. */
  onEnd(conclusion: Conclusion): void;
}

/** One attempt of a run, from its first job to its last: which job may start, and what a cancel does to each. */
export class Execution {
  readonly #parts: ExecutionParts;
  readonly #nodes: Map<string, Node>;
  readonly #contexts: Contexts;
  #cancelled = false;
  #forced = false;
  /** The API no longer hears of what the machines do. */
  #detached = false;
  #ended = false;

  constructor(parts: ExecutionParts) {
    this.#parts = parts;
    const attempt = latest(parts.ledger.run(parts.runId));
    const kept = parts.ledger.jobs(attempt);
    this.#contexts = runContexts(parts.ledger, parts.ledger.run(parts.runId));
    this.#nodes = new Map(
      [...parts.workflow.jobs].map(([id, job]) => {
        const earlier =
          attempt.only?.includes(id) === false ? kept.filter((one) => one.key === id) : undefined;
        return [id, makeNode(job, earlier)];
      }),
    );
  }

  start(): void {
    this.#advance();
  }

  /** Asks every job to stop, but for those whose condition holds for a cancelled run. */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#close((node) => !this.#survives(node));
    for (const [node, leg] of this.#living()) if (node.closed) this.#stop(node, leg);
    this.#advance();
  }

  /** Ends every job now; no condition is asked. */
  forceCancel(): void {
    this.#cancelled = true;
    this.#forced = true;
    this.#close(() => true);
    for (const [node, leg] of this.#living()) {
      if (leg.state === 'running') void leg.runner?.kill();
      else this.#stop(node, leg);
    }
    this.#advance();
  }

  /** The machines are given up: the API says it is over, the processes do not know. */
  lose(conclusion: JobConclusion & Conclusion): void {
    this.#detached = true;
    for (const [, leg] of this.#living()) {
      if (leg.state === 'running') this.#parts.slots.release();
      else leg.withdraw();
      this.#record(leg, conclusion, conclusion, {});
    }
    this.#end(conclusion);
  }

  /** For the end of the server: kills everything and tells nobody; what was running is concluded at the next start. */
  async kill(): Promise<void> {
    this.#detached = true;
    const legs = [...this.#nodes.values()].flatMap((node) => node.legs);
    for (const leg of legs) if (leg.state !== 'running') leg.withdraw();
    await Promise.all(legs.map((leg) => leg.runner?.kill()));
    await Promise.all(legs.map((leg) => leg.gone));
  }

  /** The folders that its processes work in. */
  folders(): string[] {
    return [...this.#nodes.values()].flatMap((node) => node.legs.flatMap((leg) => leg.runner?.folder ?? []));
  }

  /** Whether some machine is still at work for it. */
  get gone(): Promise<unknown> {
    return Promise.all([...this.#nodes.values()].flatMap((node) => node.legs.map((leg) => leg.gone)));
  }

  #living(): [Node, Leg][] {
    return [...this.#nodes.values()].flatMap((node) =>
      node.legs.filter((leg) => leg.state !== 'done').map((leg): [Node, Leg] => [node, leg]),
    );
  }

  #close(which: (node: Node) => boolean): void {
    for (const node of this.#nodes.values()) node.closed ||= node.state === 'running' && which(node);
  }

  #survives(node: Node): boolean {
    if (node.job.if === undefined) return false;
    return evaluateCondition(node.job.if, this.#contextsFor(node), statusFor(node, this.#nodes, true));
  }

  #contextsFor(node: Node): Contexts {
    return { ...this.#contexts, needs: needsContext(node, this.#nodes) };
  }

  #stop(node: Node, leg: Leg): void {
    if (leg.state === 'running') {
      leg.runner?.cancel();
      const { clock, cancelScale } = this.#parts.machine;
      const callOff = clock.after(forceEndMs * cancelScale, () => void leg.runner?.kill());
      void leg.gone.then(callOff);
    } else {
      leg.withdraw();
      this.#conclude(node, leg, 'cancelled', {});
    }
  }

  /** Decides every job whose needs are done, until nothing changes any more. */
  #advance(): void {
    if (this.#detached || this.#ended) return;
    const nodes = [...this.#nodes.values()];
    const isDone = (id: string) => this.#nodes.get(id)?.state === 'done';
    const ready = nodes.find((node) => node.state === 'waiting' && node.job.needs.every(isDone));
    if (ready) {
      this.#decide(ready);
      this.#advance();
    } else if (nodes.every((node) => node.state === 'done')) this.#end(runConclusion(nodes, this.#cancelled));
  }

  #decide(node: Node): void {
    node.state = 'running';
    try {
      const contexts = this.#contextsFor(node);
      const status = statusFor(node, this.#nodes, this.#cancelled);
      if (this.#forced || !evaluateCondition(node.job.if, contexts, status)) {
        this.#pass(node, this.#cancelled ? 'cancelled' : 'skipped');
        return;
      }
      planLegs(this.#parts.ledger, this.#parts.runId, node, contexts);
    } catch (error) {
      this.#pass(node, 'failure', asError(error).message);
      return;
    }
    for (const leg of node.legs) this.#parts.notices.job('queued', leg.jobId);
    this.#fill(node);
  }

  /** A job that never sees a machine. */
  #pass(node: Node, conclusion: JobConclusion, reason?: string): void {
    const { ledger, runId } = this.#parts;
    planLegs(ledger, runId, node, undefined);
    const [leg] = node.legs;
    if (!leg) return;
    if (reason !== undefined) this.#explain(leg, reason);
    this.#conclude(node, leg, conclusion, {});
  }

  /** Writes into a job's log what kept its machine from it. */
  #explain(leg: Leg, reason: string): void {
    const { machine } = this.#parts;
    const log = new JobLog(logPath(machine, leg.jobId), new Masks(), machine.clock);
    log.write(`##[error]${reason}`);
    log.close();
  }

  /** Asks for machines for as many legs as may run at once. */
  #fill(node: Node): void {
    if (node.closed) return;
    const busy = node.legs.filter((leg) => leg.state === 'requested' || leg.state === 'running').length;
    for (const leg of node.legs.filter((one) => one.state === 'waiting').slice(0, node.maxParallel - busy)) {
      leg.state = 'requested';
      leg.withdraw = this.#parts.slots.request(() => this.#begin(node, leg));
    }
  }

  #begin(node: Node, leg: Leg): void {
    const { ledger, notices, machine, workflow, runId, slots } = this.#parts;
    const { host } = ledger;
    const run = ledger.run(runId);
    const repository = nameOf(host, run.repository);
    const permissions = node.job.permissions ?? workflow.permissions ?? defaultPermissions;
    const { token, revoke } = host.mintJobToken(repository, permissions);
    leg.state = 'running';
    const record = ledger.updateJob(leg.jobId, { status: 'in_progress', startedAt: host.clock.now(), token });
    if (latest(run).status !== 'in_progress') {
      ledger.updateAttempt(runId, { status: 'in_progress' });
      notices.run('in_progress', runId);
    }
    notices.job('in_progress', leg.jobId);
    const end = (conclusion: JobConclusion, outputs: Record<string, string>) => {
      revoke();
      if (this.#detached) return;
      slots.release();
      this.#conclude(node, leg, conclusion, outputs);
    };
    try {
      leg.runner = new JobRunner(machine, {
        record,
        workflow,
        job: node.job,
        repository,
        cloneUrl: `${host.url()}/${repository}.git`,
        contexts: leg.contexts,
        token,
        keepArtifact: (artifact) => keepArtifact(ledger, machine, runId, artifact),
        findAction: actionFinder(host, repository),
        onSteps: (steps) => {
          if (!this.#detached) ledger.updateJob(leg.jobId, { steps });
        },
      });
      leg.gone = leg.runner.run().then((ended) => end(ended.conclusion, ended.outputs));
    } catch (error) {
      this.#explain(leg, asError(error).message);
      end('failure', {});
    }
  }

  #conclude(node: Node, leg: Leg, conclusion: JobConclusion, outputs: Record<string, string>): void {
    const result = conclusion === 'failure' && leg.continueOnError ? 'success' : conclusion;
    this.#record(leg, conclusion, result, outputs);
    if (result === 'failure' && node.failFast && node.legs.length > 1) {
      node.closed = true;
      for (const other of node.legs) if (other.state !== 'done') this.#stop(node, other);
    }
    this.#fill(node);
    if (node.state === 'done' || node.legs.some((one) => one.state !== 'done')) return;
    const records = node.legs.map((one) => this.#parts.ledger.job(one.jobId));
    Object.assign(node, finished(records));
    this.#advance();
  }

  #record(leg: Leg, conclusion: JobConclusion, result: JobConclusion, outputs: Record<string, string>): void {
    const { ledger, notices } = this.#parts;
    leg.state = 'done';
    const completedAt = ledger.host.clock.now();
    ledger.updateJob(leg.jobId, {
      status: 'completed',
      conclusion,
      result,
      outputs,
      completedAt,
      token: null,
    });
    notices.job('completed', leg.jobId);
  }

  #end(conclusion: Conclusion): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#parts.onEnd(conclusion);
  }
}

function makeNode(job: Node['job'], earlier: JobRecord[] | undefined): Node {
  const node = { job, legs: [], failFast: true, maxParallel: Number.POSITIVE_INFINITY, closed: false };
  if (earlier) return { ...node, ...finished(earlier) };
  return { ...node, state: 'waiting', result: 'skipped', outputs: {} };
}

function finished(records: readonly JobRecord[]): Pick<Node, 'state' | 'result' | 'outputs'> {
  return {
    state: 'done',
    result: together(records.map((record) => record.result ?? 'skipped')),
    outputs: Object.assign({}, ...records.map((record) => record.outputs)) as Record<string, string>,
  };
}
