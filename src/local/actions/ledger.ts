import type { Host } from '../host.ts';
import type {
  ArtifactRecord,
  AttemptRecord,
  JobRecord,
  RunRecord,
  SettingsRecord,
  WorkflowRecord,
} from './records.ts';
import { latest } from './records.ts';

/** Everything Actions remembers, and the webhooks that tell of its changes. */
export class Ledger {
  readonly host: Host;
  readonly #workflows;
  readonly #runs;
  readonly #jobs;
  readonly #settings;
  readonly #artifacts;

  constructor(host: Host) {
    this.host = host;
    this.#workflows = host.table<WorkflowRecord>('workflows');
    this.#runs = host.table<RunRecord>('runs');
    this.#jobs = host.table<JobRecord>('jobs');
    this.#artifacts = host.table<ArtifactRecord>('artifacts');
    this.#settings = host.table<SettingsRecord>('settings');
  }

  /** The record of a workflow file; made when it is seen first, since ids must stay. */
  workflow(repository: number, path: string): WorkflowRecord {
    const known = this.#workflows.get(`${repository}:${path}`);
    if (known) return known;
    const record = { id: this.host.nextId('workflow'), repository, path, createdAt: this.host.clock.now() };
    this.#workflows.put(`${repository}:${path}`, record);
    return record;
  }

  workflowById(repository: number, id: number): WorkflowRecord | undefined {
    return this.#workflows.values().find((one) => one.id === id && one.repository === repository);
  }

  /** Newest first. */
  runs(repository?: number): RunRecord[] {
    const all = this.#runs.values();
    const own = repository === undefined ? all : all.filter((run) => run.repository === repository);
    return own.sort((one, other) => other.id - one.id);
  }

  run(id: number): RunRecord {
    const run = this.#runs.get(String(id));
    if (!run) throw new Error(`there is no run ${id}`);
    return run;
  }

  findRun(repository: number, id: number): RunRecord | undefined {
    const run = this.#runs.get(String(id));
    return run?.repository === repository ? run : undefined;
  }

  putRun(run: RunRecord): RunRecord {
    this.#runs.put(String(run.id), run);
    return run;
  }

  /** Changes the attempt that counts. */
  updateAttempt(runId: number, fields: Partial<AttemptRecord>): RunRecord {
    const run = this.run(runId);
    const next = { ...latest(run), updatedAt: this.host.clock.now(), ...fields };
    return this.putRun({ ...run, attempts: [...run.attempts.slice(0, -1), next] });
  }

  job(id: number): JobRecord {
    const job = this.#jobs.get(String(id));
    if (!job) throw new Error(`there is no job ${id}`);
    return job;
  }

  findJob(repository: number, id: number): { job: JobRecord; run: RunRecord } | undefined {
    const job = this.#jobs.get(String(id));
    const run = job && this.findRun(repository, job.runId);
    return job && run && { job, run };
  }

  /** The jobs of one attempt, those kept from an earlier one included. */
  jobs(attempt: AttemptRecord): JobRecord[] {
    return attempt.jobs.map((id) => this.job(id));
  }

  /** The marks of all jobs that ever were. */
  trackingIds(): string[] {
    return this.#jobs.values().map((job) => job.trackingId);
  }

  putJob(job: JobRecord): JobRecord {
    this.#jobs.put(String(job.id), job);
    return job;
  }

  updateJob(id: number, fields: Partial<JobRecord>): JobRecord {
    return this.putJob({ ...this.job(id), ...fields });
  }

  /** Of one run, or all; oldest first. */
  artifacts(runId?: number): ArtifactRecord[] {
    const all = this.#artifacts.values();
    return runId === undefined ? all : all.filter((one) => one.runId === runId);
  }

  findArtifact(repository: number, id: number): ArtifactRecord | undefined {
    const artifact = this.#artifacts.get(String(id));
    return artifact && this.findRun(repository, artifact.runId) && artifact;
  }

  putArtifact(artifact: ArtifactRecord): ArtifactRecord {
    this.#artifacts.put(String(artifact.id), artifact);
    return artifact;
  }

  settings(repository: number): SettingsRecord {
    return this.#settings.get(String(repository)) ?? { secrets: {}, variables: {} };
  }

  putSettings(repository: number, settings: SettingsRecord): void {
    this.#settings.put(String(repository), settings);
  }
}
