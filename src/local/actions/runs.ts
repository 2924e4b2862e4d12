import { asError } from '../../base/errors.ts';
import { runContexts } from './contexts.ts';
import { Execution } from './execution.ts';
import { type Contexts, evaluateString } from './expressions.ts';
import { type Entry, Groups } from './groups.ts';
import type { Ledger } from './ledger.ts';
import type { Machine } from './machine.ts';
import type { Notices } from './notices.ts';
import { type AttemptRecord, type Conclusion, latest, type RunRecord } from './records.ts';
import type { Slots } from './slots.ts';
import type { Concurrency, Workflow } from './workflow.ts';

/** A run that has not ended, and where it is on its way. */
interface Live {
  workflow: Workflow;
  /** Undefined while it is held or waits for its group. */
  execution: Execution | undefined;
  entered: boolean;
}

/** Takes runs from request to conclusion: held, in line for their group, executing, ended. */
export class Runs {
  readonly #ledger: Ledger;
  readonly #notices: Notices;
  readonly #machine: Machine;
  readonly #slots: Slots;
  readonly #groups = new Groups();
  readonly #live = new Map<number, Live>();
  /** Runs whose machines were lost: over for the API, perhaps not for their processes. */
  readonly #lost = new Set<Execution>();
  readonly #watchers = new Set<() => void>();
  #holding = false;
  #closing = false;
  hiding = false;

  constructor(ledger: Ledger, notices: Notices, machine: Machine, slots: Slots) {
    this.#ledger = ledger;
    this.#notices = notices;
    this.#machine = machine;
    this.#slots = slots;
  }

  /** Starts a new run. */
  request(run: Omit<RunRecord, 'attempts' | 'hidden'>, workflow: Workflow): RunRecord {
    const record = this.#ledger.putRun({ ...run, hidden: this.hiding, attempts: [] });
    this.#addAttempt(record, run.actor, workflow);
    this.#notices.run('requested', run.id);
    this.#admit(run.id, workflow);
    return this.#ledger.run(run.id);
  }

  /** A further attempt of a run that has ended: same commit, same inputs, and no `requested` event. */
  rerun(
    runId: number,
    triggeringActor: string,
    workflow: Workflow,
    part?: { only: string[]; jobs: number[] },
  ): void {
    this.#addAttempt(this.#ledger.run(runId), triggeringActor, workflow, part);
    this.#admit(runId, workflow);
  }

  /** A run that was waiting when the server ended. */
  resume(runId: number, workflow: Workflow): void {
    this.#ledger.updateAttempt(runId, { status: 'queued' });
    this.#admit(runId, workflow);
  }

  /** A run that cannot even begin: its file is wrong or asks for what is not here. */
  refuse(run: Omit<RunRecord, 'attempts' | 'hidden'>, problem: string): void {
    const record = this.#ledger.putRun({ ...run, hidden: this.hiding, attempts: [] });
    const attempt = newAttempt(record, run.actor, this.#ledger.host.clock.now());
    this.#ledger.putRun({
      ...record,
      attempts: [{ ...attempt, workflowName: run.workflowPath, displayTitle: run.workflowPath, problem }],
    });
    this.#notices.run('requested', run.id);
    this.#conclude(run.id, 'startup_failure');
  }

  #addAttempt(
    run: RunRecord,
    actor: string,
    workflow: Workflow,
    part?: { only: string[]; jobs: number[] },
  ): void {
    const fresh = { ...newAttempt(run, actor, this.#ledger.host.clock.now()), ...part };
    const workflowName = workflow.name ?? run.workflowPath;
    const named = { ...fresh, workflowName };
    const title = run.event === 'push' ? (run.commit.message.split('\n')[0] ?? '') : workflowName;
    const evaluated = attempted(() =>
      evaluateString(workflow.runName ?? '', runContexts(this.#ledger, run, named)),
    );
    const attempt = { ...named, displayTitle: evaluated.value?.trim() || title, problem: evaluated.problem };
    this.#ledger.putRun({ ...run, attempts: [...run.attempts, attempt] });
  }

  #admit(runId: number, workflow: Workflow): void {
    const live: Live = { workflow, execution: undefined, entered: false };
    this.#live.set(runId, live);
    if (!this.#holding && !this.#closing) this.#enter(runId, live);
  }

  #enter(runId: number, live: Live): void {
    live.entered = true;
    const contexts = runContexts(this.#ledger, this.#ledger.run(runId));
    const { problem } = latest(this.#ledger.run(runId));
    const rule = live.workflow.concurrency;
    const group = attempted(() => rule && this.#enterGroup(runId, rule, contexts));
    if (problem ?? group.problem) {
      this.#ledger.updateAttempt(runId, { problem: problem ?? group.problem });
      this.#conclude(runId, 'startup_failure');
    } else if (!group.value || group.value.verdict === 'run') this.#launch(runId, live);
    else if (group.value.verdict === 'cancel') this.#conclude(runId, 'cancelled');
    else {
      this.#ledger.updateAttempt(runId, { status: 'pending' });
      for (const other of group.value.cancel) this.cancel(other);
    }
  }

  #enterGroup(runId: number, rule: Concurrency, contexts: Contexts): Entry {
    const cancelInProgress = evaluateString(rule.cancelInProgress, contexts) === 'true';
    const { repository } = this.#ledger.run(runId);
    return this.#groups.enter(repository, evaluateString(rule.group, contexts), runId, {
      queue: rule.queue,
      cancelInProgress,
    });
  }

  #launch(runId: number, live: Live): void {
    if (latest(this.#ledger.run(runId)).status === 'pending')
      this.#ledger.updateAttempt(runId, { status: 'queued' });
    live.execution = new Execution({
      ledger: this.#ledger,
      notices: this.#notices,
      machine: this.#machine,
      slots: this.#slots,
      workflow: live.workflow,
      runId,
      onEnd: (conclusion) => this.#conclude(runId, conclusion),
    });
    live.execution.start();
  }

  #conclude(runId: number, conclusion: Conclusion): void {
    this.#live.delete(runId);
    this.#ledger.updateAttempt(runId, { status: 'completed', conclusion });
    this.#notices.run('completed', runId);
    const next = this.#groups.leave(runId);
    const live = next === undefined ? undefined : this.#live.get(next);
    if (next !== undefined && live && !this.#closing) this.#launch(next, live);
    for (const tell of this.#watchers) tell();
  }

  cancel(runId: number): void {
    const live = this.#live.get(runId);
    if (live?.execution) live.execution.cancel();
    else if (live) this.#conclude(runId, 'cancelled');
  }

  forceCancel(runId: number): void {
    const live = this.#live.get(runId);
    if (live?.execution) live.execution.forceCancel();
    else if (live) this.#conclude(runId, 'cancelled');
  }

  lose(runId: number, conclusion: 'failure' | 'cancelled'): void {
    const execution = this.#live.get(runId)?.execution;
    if (!execution) throw new Error(`run ${runId} is on no machine`);
    this.#lost.add(execution);
    execution.lose(conclusion);
  }

  hold(): void {
    this.#holding = true;
  }

  release(only?: number): void {
    if (only === undefined) this.#holding = false;
    for (const [runId, live] of [...this.#live])
      if (!live.entered && (only === undefined || only === runId)) this.#enter(runId, live);
  }

  /** Resolves when nothing is on its way but what is held, or waits behind it. */
  async settled(): Promise<void> {
    while ([...this.#live.values()].some((live) => live.execution))
      await new Promise<void>((resolve) => {
        const tell = () => {
          this.#watchers.delete(tell);
          resolve();
        };
        this.#watchers.add(tell);
      });
  }

  /** Kills everything. Runs stay as they are in the tables: the next start concludes them. */
  async close(): Promise<void> {
    this.#closing = true;
    const executions = [...this.#live.values()].flatMap((live) => live.execution ?? []);
    await Promise.all([...executions, ...this.#lost].map((execution) => execution.kill()));
  }
}

function newAttempt(run: RunRecord, actor: string, now: number): AttemptRecord {
  return {
    number: run.attempts.length + 1,
    triggeringActor: actor,
    workflowName: '',
    displayTitle: '',
    status: 'queued',
    conclusion: null,
    startedAt: now,
    updatedAt: now,
    problem: null,
    jobs: [],
  };
}

/** An expression that fails makes a run that cannot start, not a request that fails. */
function attempted<T>(evaluate: () => T): { value: T | undefined; problem: string | null } {
  try {
    return { value: evaluate(), problem: null };
  } catch (error) {
    return { value: undefined, problem: asError(error).message };
  }
}
