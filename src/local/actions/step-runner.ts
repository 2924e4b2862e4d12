import { checkout } from './built-in/checkout.ts';
import { hostedAction } from './built-in/hosted-action.ts';
import { localAction } from './built-in/local-action.ts';
import { runScript } from './built-in/script.ts';
import { setupNode } from './built-in/setup-node.ts';
import { uploadArtifact } from './built-in/upload-artifact.ts';
import {
  type Contexts,
  evaluateCondition,
  evaluateString,
  evaluateStrings,
  type Json,
} from './expressions.ts';
import { runnerContext } from './machine.ts';
import type { JobConclusion } from './records.ts';
import { type Frame, type Scope, type Session, Stage, StepCancelled } from './session.ts';
import type { Step } from './workflow.ts';

/** Told to whoever shows the steps of a job. */
export interface StepListener {
  begins(name: string): void;
  ends(conclusion: JobConclusion): void;
}

export const nobody: StepListener = { begins() {}, ends() {} };

/** Runs steps one after the other; each asks its own condition, also after a failure or a cancel. */
export async function runSteps(
  session: Session,
  scope: Scope,
  steps: readonly Step[],
  listenerOf: (index: number) => StepListener,
): Promise<void> {
  for (const [index, step] of steps.entries()) {
    if (session.killed || session.frames.some((frame) => frame.timedOut !== undefined)) return;
    await runStep(session, scope, step, listenerOf(index));
  }
}

async function runStep(session: Session, scope: Scope, step: Step, listener: StepListener): Promise<void> {
  const frame: Frame = { name: stepName(step), survives: () => false, cancelled: false, timedOut: undefined };
  const action = step.id ?? (step.kind === 'run' ? '__run' : `__${step.action}`);
  const base = contextsOf(session, scope, {}, action);
  let outputs: Record<string, string> = {};
  const outcome = await attempt(session, frame, async () => {
    const env = evaluateStrings(step.env, base);
    const contexts = contextsOf(session, scope, env, action);
    const holds = () =>
      evaluateCondition(step.if, contextsOf(session, scope, env, action), session.status(scope));
    if (!holds()) return 'skipped';
    frame.survives = holds;
    frame.name = step.name === undefined ? frame.name : evaluateString(step.name, contexts);
    listener.begins(frame.name);
    const minutes =
      step.timeoutMinutes === undefined ? Number.NaN : Number(evaluateString(step.timeoutMinutes, contexts));
    const stage = new Stage(session, scope, contexts);
    outputs = stage.outputs;
    await withTimeLimit(session, frame, minutes, () => execute(stage, step));
    return 'success';
  });
  const forgiven = outcome === 'failure' && evaluateString(step.continueOnError, base) === 'true';
  const conclusion = forgiven ? 'success' : outcome;
  if (conclusion === 'failure') scope.failed = true;
  if (step.id !== undefined) scope.steps[step.id] = { outputs, outcome, conclusion };
  listener.ends(conclusion);
}

/** Runs what steps registered for the end of the job, the last registered first. */
export async function runPosts(session: Session, listenerOf: (name: string) => StepListener): Promise<void> {
  for (const post of session.posts.splice(0).reverse()) {
    if (session.killed) return;
    const contexts = contextsOf(session, post.scope, {}, '__post');
    const holds = () => evaluateCondition(post.condition, contexts, session.status(post.scope));
    const frame: Frame = { name: post.name, survives: holds, cancelled: false, timedOut: undefined };
    const listener = listenerOf(post.name);
    const outcome = await attempt(session, frame, async () => {
      if (!holds()) return 'skipped';
      listener.begins(post.name);
      await post.run(new Stage(session, post.scope, contexts));
      return 'success';
    });
    if (outcome === 'failure') post.scope.failed = true;
    listener.ends(outcome);
  }
}

async function attempt(
  session: Session,
  frame: Frame,
  work: () => Promise<'success' | 'skipped'>,
): Promise<JobConclusion> {
  session.frames.push(frame);
  try {
    return await work();
  } catch (error) {
    session.parts.log.write(`##[error]${error instanceof Error ? error.message : String(error)}`);
    if (error instanceof StepCancelled) return 'cancelled';
    return 'failure';
  } finally {
    session.frames.pop();
  }
}

async function withTimeLimit(
  session: Session,
  frame: Frame,
  minutes: number,
  work: () => Promise<void>,
): Promise<void> {
  if (Number.isNaN(minutes)) return work();
  const callOff = session.parts.machine.clock.after(minutes * 60_000, () => session.timeOut(frame, minutes));
  await work().finally(callOff);
}

function execute(stage: Stage, step: Step): Promise<void> {
  if (step.kind === 'run') return runScript(stage, step);
  const given = evaluateStrings(step.with, stage.contexts);
  if (step.action === 'checkout') return checkout(stage, given);
  if (step.action === 'setup-node') return setupNode(stage, given);
  if (step.action === 'upload-artifact') return uploadArtifact(stage, given);
  if (step.action === 'hosted') return hostedAction(stage, step, given);
  return localAction(stage, step, given);
}

/** All contexts of a step. `env` is what workflow, job and earlier steps set, then the step's own. */
function contextsOf(session: Session, scope: Scope, env: Record<string, string>, action: string): Contexts {
  const { cancelled } = session.status(scope);
  const status = cancelled ? 'cancelled' : scope.failed ? 'failure' : 'success';
  return {
    ...scope.contexts,
    github: { ...(scope.contexts.github as Record<string, Json>), action },
    env: { ...session.env, ...scope.env, ...env },
    steps: scope.steps,
    job: { status },
    runner: runnerContext(session.parts.folders),
  };
}

export function stepName(step: Step): string {
  if (step.name !== undefined) return step.name;
  return `Run ${step.kind === 'uses' ? step.uses : (step.run.trim().split('\n')[0] ?? '')}`;
}
