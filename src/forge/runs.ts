import { asError, SignalboxError } from '../base/errors.ts';
import type { DispatchRefusal, Forge, Run } from '../engine/ports.ts';
import type { Api, Octokit } from './api.ts';
import { failureOf, rateLimitSeconds, worldError } from './failures.ts';

type RunCalls = Pick<Forge, 'dispatch' | 'runs' | 'run' | 'cancel' | 'forceCancel'>;

interface RunJson {
  id: number;
  run_attempt?: number | undefined;
  display_title: string;
  status: string | null;
  conclusion: string | null;
  html_url: string;
  created_at: string;
  updated_at: string;
}

/**
 * Runs of workflows. `cancelOctokit` waits for nobody: a stop must not queue behind comments.
 */
export function runCalls(api: Api, cancelOctokit: Octokit): RunCalls {
  const { at, octokit } = api;

  const stop = async (doing: string, call: Parameters<Api['writeRaw']>[0]): Promise<boolean> => {
    try {
      await api.writeRaw(call, { evenIfSilent: true });
      return true;
    } catch (error) {
      // 409: already over, or not queued yet. 500 "Failed to cancel workflow run" comes for hung runs
      // (actions/runner#3329). 404: no such run any more. Whether it still runs is for a look at the run to say.
      const { status, atToken } = failureOf(error);
      if (!atToken && (status === 409 || status === 404 || status >= 500)) return false;
      throw worldError(error, doing, api.time.now());
    }
  };

  return {
    dispatch: dispatcher(api),
    async runs(workflow, since) {
      const query = { ...at, workflow_id: workflow, event: 'workflow_dispatch', created: `>=${since}` };
      const reading = api.readAll(
        `runs of ${workflow} since ${since}`,
        (page) => octokit.rest.actions.listWorkflowRuns({ ...query, ...page }),
        (data) => data.workflow_runs.map(runOf),
      );
      return (await api.orNull(reading)) ?? [];
    },
    async run(id) {
      const reading = api.read(`run ${id}`, (headers) =>
        octokit.rest.actions.getWorkflowRun({ ...at, run_id: id, headers }),
      );
      const json = await api.orNull(reading);
      return json && runOf(json);
    },
    cancel: (run) =>
      stop(`cancel run ${run}`, (once) =>
        cancelOctokit.rest.actions.cancelWorkflowRun({ ...at, run_id: run, ...once }),
      ),
    forceCancel: (run) =>
      stop(`force-cancel run ${run}`, (once) =>
        cancelOctokit.rest.actions.forceCancelWorkflowRun({ ...at, run_id: run, ...once }),
      ),
  };
}

/**
 * `workflow_dispatch`: one POST. Where no answer comes, the run may well have started, and a second POST would
 * start another: the caller looks for it first. Only GitHub's refusal of a parameter that old servers do not know
 * (`return_run_details`) is followed by a second POST, as then nothing has started.
 */
function dispatcher(api: Api): Forge['dispatch'] {
  const { at, octokit } = api;
  let details: { return_run_details?: boolean } = { return_run_details: true };

  return async (workflow, inputs) => {
    const { default_branch: ref } = await api.repository();
    const send = () =>
      api.writeRaw((once) =>
        octokit.rest.actions.createWorkflowDispatch({
          ...at,
          workflow_id: workflow,
          ref,
          inputs,
          ...details,
          ...once,
        }),
      );
    try {
      try {
        return { run: runIdOf(await send()) };
      } catch (error) {
        const { status, message } = failureOf(error);
        if (![400, 422].includes(status) || !/return_run_details/.test(message)) throw error;
        details = {};
        return { run: runIdOf(await send()) };
      }
    } catch (error) {
      const refused = refusalOf(error, workflow, api.time.now());
      if (refused) return { refused };
      throw lostOr(error, workflow, api.time.now());
    }
  };
}

/** A refusal that stays one until a person changes something; null where another try may help. */
function refusalOf(error: unknown, workflow: string, nowMs: number): DispatchRefusal | null {
  const failure = failureOf(error);
  if (failure.atToken || rateLimitSeconds(failure, nowMs) !== null) return null;
  if (failure.status === 404) {
    return { code: 'no-workflow', message: `${workflow} is not on the default branch (${failure.message})` };
  }
  if (![400, 403, 422].includes(failure.status)) return null;
  const code = /does not have '?workflow_dispatch/i.test(failure.message)
    ? 'no-workflow'
    : 'dispatch-refused';
  return { code, message: failure.message };
}

function lostOr(error: unknown, workflow: string, nowMs: number): SignalboxError {
  const { status, atToken } = failureOf(error);
  const answered = error instanceof SignalboxError || atToken || (status > 0 && status < 500);
  if (answered) return worldError(error, `dispatch ${workflow}`, nowMs);
  return new SignalboxError(
    'forge',
    'answer-lost',
    `no answer to the dispatch of ${workflow}: ${asError(error).message}`,
    {
      hint: 'The run may have started; its gate refuses a second one.',
      cause: error,
    },
  );
}

function runIdOf(data: unknown): number | null {
  const id = (data as { workflow_run_id?: unknown } | undefined)?.workflow_run_id;
  return typeof id === 'number' ? id : null;
}

function runOf(json: RunJson): Run {
  return {
    id: json.id,
    run_attempt: json.run_attempt ?? 1,
    title: json.display_title,
    // requested, waiting (for approval) and pending (concurrency) runs are as alive as queued ones
    status: json.status === 'completed' || json.status === 'in_progress' ? json.status : 'queued',
    conclusion: json.conclusion,
    url: json.html_url,
    created: json.created_at,
    updated: json.updated_at,
  };
}
