import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { asError } from '../base/errors.ts';
import { explainAt } from '../engine/explain.ts';
import { makeToolbox, type ToolDesk, type ToolLook } from '../engine/toolbox.ts';
import type { ToolServer } from '../ticket/presets.ts';
import type { Artifacts } from './artifacts.ts';
import type { Attending } from './attend.ts';
import { noteDelivered } from './given.ts';
import { standingAt } from './job.ts';
import { hidden } from './output.ts';
import type { Reports } from './reports.ts';
import { listen } from './socket.ts';
import type { AgentUser } from './user.ts';
import type { Verdict } from './verdict.ts';
import type { WorkKeeper } from './work.ts';

/** The agent's tools, while it works. */
export interface Toolbox {
  /** How the agent's own client starts the server of tools; null where there is none to start. */
  server: ToolServer | null;
  /** What the agent is told of them by its environment. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** Milliseconds within which a second check-in saves nothing: GitHub likes few pushes a minute. */
const savesApartMs = 30_000;

interface Given {
  agent: string;
  keeper: Pick<WorkKeeper, 'save'>;
  reports: Pick<Reports, 'report' | 'hasWork'>;
  artifacts: Artifacts;
  hide(text: string): string;
}

/** Opens them. Null where that cannot be: an agent can do its work without. */
export async function openToolbox(attending: Attending, given: Given): Promise<Toolbox | null> {
  const { user, toolProgram, log } = attending.deps;
  try {
    const call = makeToolbox(toolDesk(attending, given));
    // Secrets go before anything is cut, since half of one is not known.
    const socket = await listen(user, log, (tool, input) => call(tool, hidden(input, given.hide)));
    const environment = { SIGNALBOX_SOCKET: socket.path };
    const { close } = socket;
    if (toolProgram === null) return { server: null, environment, close };
    // Where the agent's user can read it: the action may lie in a home that is closed to it.
    const program = join(socket.folder, 'mcp.cjs');
    await copyFile(toolProgram, program);
    const command: [string, ...string[]] = [await nodeFor(user), program];
    const server = { name: 'signalbox', command, environment };
    return { server, environment: { ...environment, SIGNALBOX_MCP: program }, close };
  } catch (thrown) {
    log.warn('the agent gets no tools', { error: asError(thrown) });
    return null;
  }
}

/** The Node that runs us, unless the agent's user cannot reach it: Actions has its own in a home. */
async function nodeFor(user: AgentUser | null): Promise<string> {
  const own = process.execPath;
  if (!user) return own;
  const env = { PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin' };
  const [program = '', ...args] = user.as([own, '--version'], env);
  const tried = promisify(execFile)(program, args, { env, cwd: '/', timeout: 10_000 });
  return tried.then(
    () => own,
    () => 'node',
  );
}

/** The runner does all reading of the desk and all pushing: the agent's side has no token. */
function toolDesk({ deps, tools, job, key }: Attending, { keeper, reports, artifacts }: Given): ToolDesk {
  const { store, clock, config } = deps;
  let [looked, saved] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return {
    async look(): Promise<ToolLook> {
      const now = clock.now();
      const fresh = now - looked >= config.limits.look_seconds * 1000;
      if (fresh) looked = now;
      const snapshot = await store.read({ fresh });
      const standing = await standingAt(snapshot, job);
      const file = snapshot.tickets.get(job.ticket) ?? (await snapshot.archived(job.ticket));
      const code = standing.is === 'mine' ? 'ok' : standing.code;
      const explanation = () => explainAt(snapshot, job.ticket, { now, config });
      return { ticket: file?.ticket ?? null, attempt: job.attempt, is: standing.is, code, explanation };
    },
    given: (ids) => void clock.after(0, () => noteDelivered(tools, { job, key, ids })), // the answer goes first
    async checkIn(note) {
      if (reports.hasWork) return 'no: what you reported is saved';
      const now = clock.now();
      if (now - saved < savesApartMs) return 'no: it was saved a moment ago';
      saved = now;
      const words = note.trim();
      const subject = words.split('\n')[0]?.slice(0, 60) || 'check-in';
      try {
        return `yes: ${await keeper.save({ subject, words })}`;
      } catch (thrown) {
        return `no: ${asError(thrown).message}`;
      }
    },
    attach: (path) => artifacts.attach(path),
    async report(verdict: Verdict) {
      return reports.report(await artifacts.of(verdict));
    },
  };
}
