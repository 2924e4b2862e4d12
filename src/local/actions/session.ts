import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FindAction } from './built-in/hosted-action.ts';
import { commandReader, readAssignments, readLines } from './commands.ts';
import type { Contexts, Json, Status } from './expressions.ts';
import type { JobLog, Masks } from './job-log.ts';
import {
  type CommandFiles,
  type Folders,
  fileVariables,
  type Machine,
  makeCommandFiles,
  stepEnvironment,
} from './machine.ts';
import { killUntilNone, marked } from './orphans.ts';
import { type StepProcess, startProcess } from './process.ts';
import type { RunDefaults } from './workflow.ts';
import type { ZipFile } from './zip.ts';

/** The step failed; the message goes to the log. */
export class StepFailure extends Error {}
/** The step was stopped by a cancel. */
export class StepCancelled extends Error {}

/** One running step; steps of a composite action run inside the frame of the step that uses it. */
export interface Frame {
  name: string;
  /** Whether its condition still holds now that the job is cancelled: `always()` and `cancelled()` do. */
  survives(): boolean;
  cancelled: boolean;
  /** Minutes after which it was ended, once it was. */
  timedOut: number | undefined;
}

/** Steps that see each other: those of a job, or those of one composite action. */
export interface Scope {
  /** All contexts but `env`, `steps`, `job` and `runner`. */
  contexts: Contexts;
  steps: Record<string, Json>;
  /** What the step that uses a composite action sets for the steps inside. */
  env: Record<string, string>;
  defaults: RunDefaults;
  failed: boolean;
  /** A composite action that began after the job was cancelled (`if: always()`): its own steps run as usual. */
  afterCancel: boolean;
}

/** Keeps files beyond the job. @throws Error where its run has an artifact of that name */
export type KeepArtifact = (artifact: { name: string; files: readonly ZipFile[]; days: number | null }) => {
  id: number;
  size: number;
  digest: string;
  url: string;
};

export interface SessionParts {
  machine: Machine;
  folders: Folders;
  log: JobLog;
  masks: Masks;
  trackingId: string;
  repository: string;
  cloneUrl: string;
  token: string;
  keepArtifact: KeepArtifact;
  findAction: FindAction;
}

/** What the steps of one running job share, and what a cancel acts on. */
export class Session {
  readonly parts: SessionParts;
  /** `env` of workflow and job, and what steps wrote to `GITHUB_ENV`. */
  readonly env: Record<string, string> = {};
  readonly paths: string[] = [];
  /** What runs after the last step, the last registered first. */
  readonly posts: { name: string; condition: string; scope: Scope; run: (stage: Stage) => Promise<void> }[] =
    [];
  readonly frames: Frame[] = [];
  cancelled = false;
  killed = false;
  #current: StepProcess | undefined;
  readonly #started: StepProcess[] = [];

  constructor(parts: SessionParts) {
    this.parts = parts;
  }

  /** As GitHub's runner does it: the running step is interrupted unless its condition holds for a cancelled job. */
  cancel(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    if (this.frames.some((frame) => frame.survives())) return;
    for (const frame of this.frames) frame.cancelled = true;
    this.#current?.cancel();
  }

  /** Ends every process at once; no further step begins. */
  async kill(): Promise<void> {
    this.cancelled = true;
    this.killed = true;
    this.#current?.kill();
    await this.cleanUp();
  }

  /** Ends what steps left running: whatever bears the job's mark in its environment. */
  async cleanUp(): Promise<void> {
    const { trackingId, machine } = this.parts;
    await killUntilNone(() => marked((mark) => mark === trackingId), machine.clock);
    for (const process of this.#started) process.release();
  }

  timeOut(frame: Frame, minutes: number): void {
    frame.timedOut = minutes;
    this.#current?.cancel();
  }

  status(scope: Scope): Status {
    const cancelled = this.cancelled && !scope.afterCancel;
    return { success: !cancelled && !scope.failed, failure: !cancelled && scope.failed, cancelled };
  }

  /** Runs one process to its end, as part of the running step. @throws StepFailure, StepCancelled */
  async run(
    command: string,
    args: readonly string[],
    cwd: string,
    env: Record<string, string>,
    onLine: (line: string) => void,
  ): Promise<number | null> {
    this.throwIfStopped();
    const { clock, cancelScale } = this.parts.machine;
    const started = startProcess({ command, args, cwd, env, onLine, clock, cancelScale });
    this.#current = started;
    this.#started.push(started);
    const code = await started.done;
    this.#current = undefined;
    this.throwIfStopped();
    return code;
  }

  throwIfStopped(): void {
    const late = this.frames.find((frame) => frame.timedOut !== undefined);
    if (late)
      throw new StepFailure(`The action '${late.name}' has timed out after ${late.timedOut} minutes.`);
    if (this.killed || this.frames.at(-1)?.cancelled) throw new StepCancelled('The operation was canceled.');
  }
}

/** What a step has to work with while it runs. */
export class Stage {
  readonly session: Session;
  readonly scope: Scope;
  readonly contexts: Contexts;
  readonly outputs: Record<string, string> = {};
  readonly state: Record<string, string> = {};
  #failure: string | undefined;

  constructor(session: Session, scope: Scope, contexts: Contexts) {
    this.session = session;
    this.scope = scope;
    this.contexts = contexts;
  }

  write(line: string): void {
    this.session.parts.log.write(line);
  }

  /** The clean environment of this step's processes, without the command files. */
  environment(): Record<string, string> {
    const { machine, folders, trackingId } = this.session.parts;
    return stepEnvironment(machine, folders, trackingId, this.contexts, this.session.paths);
  }

  /** Runs one process whose output is only shown (what built-in actions do). @throws StepFailure, StepCancelled */
  async show(
    command: string,
    args: readonly string[],
    cwd: string,
    env: Record<string, string> = {},
  ): Promise<void> {
    this.write(`[command]${command} ${args.join(' ')}`);
    const code = await this.session.run(command, args, cwd, { ...this.environment(), ...env }, (line) =>
      this.write(line),
    );
    if (code !== 0) throw new StepFailure(`The process '${command}' failed with exit code ${code}`);
  }

  /** Runs the step's own entry process: its output may hold workflow commands, its answers come in files. */
  async main(
    command: string,
    args: readonly string[],
    cwd: string,
    env: Record<string, string> = {},
  ): Promise<void> {
    const files = makeCommandFiles(this.session.parts.machine, this.session.parts.folders);
    const onLine = commandReader({
      write: (line) => this.write(line),
      mask: (value) => this.session.parts.masks.add(value),
      fail: (reason) => {
        this.#failure ??= reason;
      },
    });
    const whole = { ...this.environment(), ...env, ...fileVariables(files) };
    const code = await this.session
      .run(command, args, cwd, whole, onLine)
      .finally(() => this.#readFiles(files));
    if (this.#failure) throw new StepFailure(this.#failure);
    if (code !== 0) throw new StepFailure(`Process completed with exit code ${code ?? 143}.`);
  }

  #readFiles(files: CommandFiles): void {
    try {
      Object.assign(this.outputs, readAssignments(files.output));
      Object.assign(this.state, readAssignments(files.state));
      const { NODE_OPTIONS: refused, ...env } = readAssignments(files.env);
      if (refused !== undefined)
        throw new Error("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
      Object.assign(this.session.env, env);
      this.session.paths.unshift(...readLines(files.path).reverse());
      this.#keepSummary(files.summary);
    } catch (error) {
      this.#failure ??= error instanceof Error ? error.message : String(error);
    }
  }

  /** GitHub shows summaries beside the log; here they lie beside it. */
  #keepSummary(path: string): void {
    if (!statSync(path, { throwIfNoEntry: false })?.size) return;
    readLines(path); // bounds its size
    const { machine, masks, folders } = this.session.parts;
    const file = join(machine.logFolder, `${folders.root.split('/').at(-1)}.summary.md`);
    appendFileSync(file, masks.apply(readFileSync(path, 'utf8')));
  }
}
