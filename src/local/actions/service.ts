import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asError } from '../../base/errors.ts';
import type { ActionsService, Host } from '../host.ts';
import { actRoutes } from './act-routes.ts';
import { artifactRoutes, dropExpired } from './artifacts.ts';
import type { ActionsControls } from './controls.ts';
import { doorOf } from './door.ts';
import { logPath } from './job-runner.ts';
import { Ledger } from './ledger.ts';
import type { Machine } from './machine.ts';
import { Notices } from './notices.ts';
import { killUntilNone, marked, under } from './orphans.ts';
import { readRoutes } from './read-routes.ts';
import { latest } from './records.ts';
import { recoverRuns } from './recovery.ts';
import { Requests } from './requests.ts';
import { dropOldLogs } from './retention.ts';
import { mountRunPage } from './run-page.ts';
import { Runs } from './runs.ts';
import { Slots } from './slots.ts';

export interface ActionsOptions {
  /** Multiplies GitHub's cancel timings (7.5 s, 2.5 s, 5 min); 1 is true to life. */
  cancelScale: number;
  /** Added to the environment of every step. */
  runnerEnvironment?: Record<string, string>;
  /** Jobs that run at the same time; default 20, as on GitHub's free plan. */
  concurrentJobs?: number;
}

/** The embedded GitHub's Actions: workflow files of the repository, steps as real processes of this machine. */
export function makeActions(host: Host, options: ActionsOptions): ActionsService {
  const machine: Machine = {
    clock: host.clock,
    random: host.random,
    workFolder: makeFolder(host.dataFolder, 'work'),
    logFolder: makeFolder(host.dataFolder, 'logs'),
    artifactFolder: makeFolder(host.dataFolder, 'artifacts'),
    cancelScale: options.cancelScale,
    environment: options.runnerEnvironment ?? {},
  };
  const ledger = new Ledger(host);
  const notices = new Notices(ledger);
  const runs = new Runs(ledger, notices, machine, new Slots(options.concurrentJobs ?? 20));
  const requests = new Requests(ledger, runs);
  const pushes = new Set<Promise<void>>();
  const endEverything = () => killUntilNone(() => everyProcess(ledger, machine), host.clock);
  return {
    controls: makeControls(ledger, machine, runs, pushes),
    pushed(fullName, push) {
      const repository = host.repository(fullName);
      if (!repository) return;
      const work = requests
        .pushed(repository.id, push)
        .catch((error) => host.log.error('a push could not be looked at', { error: asError(error) }))
        .finally(() => pushes.delete(work));
      pushes.add(work);
    },
    mount(app, site) {
      const declare = doorOf(app, host);
      readRoutes(declare, ledger, machine);
      artifactRoutes(declare, ledger, machine);
      actRoutes(declare, ledger, runs, requests);
      mountRunPage(site, ledger, machine);
    },
    async recover() {
      await endEverything();
      await rm(machine.workFolder, { recursive: true, force: true });
      mkdirSync(machine.workFolder, { recursive: true, mode: 0o700 });
      dropOldLogs(machine);
      dropExpired(ledger, machine);
      await recoverRuns(ledger, notices, runs);
    },
    async close() {
      await Promise.all(pushes);
      await runs.close();
      await endEverything();
    },
  };
}

/** Absolute and without symbolic links: processes are known by their working directory, which is so. */
function makeFolder(dataFolder: string, name: string): string {
  const folder = join(dataFolder, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return realpathSync(folder);
}

/** Everything any job ever started and that lives: by its mark, or because it is at work in a job's folder. */
function everyProcess(ledger: Ledger, machine: Machine): number[] {
  const ids = new Set(ledger.trackingIds());
  return [...new Set([...marked((mark) => ids.has(mark)), ...under(machine.workFolder)])];
}

function makeControls(
  ledger: Ledger,
  machine: Machine,
  runs: Runs,
  pushes: Set<Promise<void>>,
): ActionsControls {
  const idOf = (fullName: string): number => {
    const facts = ledger.host.repository(fullName);
    if (!facts) throw new Error(`there is no repository ${fullName}`);
    return facts.id;
  };
  return {
    setSecret(fullName, name, value) {
      const { secrets, variables } = ledger.settings(idOf(fullName));
      ledger.putSettings(idOf(fullName), { variables, secrets: { ...secrets, [name.toUpperCase()]: value } });
    },
    setVariable(fullName, name, value) {
      const { secrets, variables } = ledger.settings(idOf(fullName));
      ledger.putSettings(idOf(fullName), {
        secrets,
        variables: { ...variables, [name.toUpperCase()]: value },
      });
    },
    holdRuns: () => runs.hold(),
    releaseRuns: (runId) => runs.release(runId),
    hideNewRuns() {
      runs.hiding = true;
    },
    showRuns() {
      runs.hiding = false;
      for (const run of ledger.runs()) if (run.hidden) ledger.putRun({ ...run, hidden: false });
    },
    loseRunner: (runId, conclusion) => runs.lose(runId, conclusion),
    endTokens(runId) {
      for (const { token } of ledger.jobs(latest(ledger.run(runId))))
        if (token) ledger.host.revokeJobToken(token);
    },
    log(jobId) {
      const path = logPath(machine, jobId);
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    },
    processes(runId) {
      if (runId === undefined) return everyProcess(ledger, machine);
      const ids = ledger.run(runId).attempts.flatMap((attempt) => attempt.jobs);
      const marks = new Set(ids.map((id) => ledger.job(id).trackingId));
      const folders = ids.map((id) => join(machine.workFolder, String(id)));
      return [...new Set([...marked((mark) => marks.has(mark)), ...folders.flatMap(under)])];
    },
    async settled() {
      while (pushes.size > 0) await Promise.all(pushes);
      await runs.settled();
    },
  };
}
