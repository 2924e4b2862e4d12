import { type Contexts, evaluateString, evaluateTemplate, evaluateTree, type Json } from './expressions.ts';
import type { Ledger } from './ledger.ts';
import { expandMatrix, legName, type Leg as MatrixLeg } from './matrix.ts';
import type { Node } from './nodes.ts';
import { type JobRecord, latest } from './records.ts';

/**
 * Makes the legs of a job whose turn has come, with their records. Without contexts it is to be passed over: one
 * leg, named as in the file.
 * @throws Error where its matrix or its name cannot be evaluated.
 */
export function planLegs(ledger: Ledger, runId: number, node: Node, contexts: Contexts | undefined): void {
  const { job } = node;
  const plans = contexts
    ? plansOf(node, contexts)
    : [{ name: job.name ?? job.id, labels: [], contexts: {}, continueOnError: false }];
  node.legs = plans.map((plan) => ({
    jobId: makeRecord(ledger, runId, job.id, plan.name, plan.labels).id,
    contexts: plan.contexts,
    continueOnError: plan.continueOnError,
    state: 'waiting',
    withdraw: () => {},
    runner: undefined,
    gone: Promise.resolve(),
  }));
  const attempt = latest(ledger.run(runId));
  ledger.updateAttempt(runId, { jobs: [...attempt.jobs, ...node.legs.map((leg) => leg.jobId)] });
}

interface Plan {
  name: string;
  labels: string[];
  contexts: Contexts;
  continueOnError: boolean;
}

function plansOf(node: Node, base: Contexts): Plan[] {
  const { job } = node;
  const { strategy } = job;
  if (strategy) {
    node.failFast = evaluateString(strategy.failFast, base) === 'true';
    if (strategy.maxParallel !== undefined)
      node.maxParallel = Number(evaluateString(strategy.maxParallel, base));
  }
  const matrix: (MatrixLeg | undefined)[] = strategy
    ? expandMatrix(evaluateTree(strategy.matrix, base))
    : [undefined];
  return matrix.map((leg, index) => {
    const contexts: Contexts = {
      ...base,
      github: { ...(base.github as Record<string, Json>), job: job.id },
      matrix: leg ?? null,
      strategy: {
        'fail-fast': node.failFast,
        'job-index': index,
        'job-total': matrix.length,
        'max-parallel': Math.min(node.maxParallel, matrix.length),
      },
    };
    return {
      name: nameOf(job.name, job.id, leg, contexts),
      labels: job.runsOn.flatMap((label) => evaluateTemplate(label, contexts)).map(String),
      contexts,
      continueOnError: evaluateString(job.continueOnError, contexts) === 'true',
    };
  });
}

/** A name without expressions is the same for all legs, so GitHub adds what tells them apart. */
function nameOf(
  name: string | undefined,
  id: string,
  leg: MatrixLeg | undefined,
  contexts: Contexts,
): string {
  if (name?.includes('${{')) return evaluateString(name, contexts);
  return leg ? legName(name ?? id, leg) : (name ?? id);
}

function makeRecord(ledger: Ledger, runId: number, key: string, name: string, labels: string[]): JobRecord {
  const { host } = ledger;
  const id = host.nextId('job');
  return ledger.putJob({
    id,
    runId,
    attempt: latest(ledger.run(runId)).number,
    key,
    name,
    labels,
    status: 'queued',
    conclusion: null,
    result: null,
    outputs: {},
    createdAt: host.clock.now(),
    startedAt: null,
    completedAt: null,
    trackingId: `github_${host.random.hex(16)}`,
    token: null,
    steps: [],
  });
}
