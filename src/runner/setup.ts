import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setupPath } from '../ticket/paths.ts';
import { lastWordsLead, stopsSeen } from '../ticket/report.ts';
import { type AgentExit, agentEnvironment, startAgent } from './agent.ts';
import { type Attending, homeEnvironment, stop } from './attend.ts';
import { lastWords } from './last-words.ts';
import { upTo } from './output.ts';
import type { Workshop } from './repository.ts';
import { makeBrake } from './stop.ts';
import type { Verdict } from './verdict.ts';
import { watched } from './watched.ts';

/** Characters of its output that go into the job's log. */
const mostLogged = 1024 * 1024;

/**
 * Runs the team's set-up with bash, as the agent's user, in its tree and with its home, with no secret at all. What it installs
 * below `~/.local` the agent finds; what it starts is ended. Null where the agent may start, or where the head or the job's
 * cancel say that it may not, which is looked at next.
 */
export async function runSetup(
  attending: Attending,
  { workshop, agent, phase, endBy }: { workshop: Workshop; agent: string; phase: string; endBy: number },
): Promise<Verdict | null> {
  const { deps, tools, job } = attending;
  const { user, clock, config } = deps;
  if (deps.setup === null) return null;
  const path = join(user?.aside ?? deps.workFolder, 'setup.sh');
  await writeFile(path, deps.setup);
  await chmod(path, 0o644);
  tools.output.line(`running ${setupPath}, at most ${config.limits.setup_seconds} seconds`);
  const mark = deps.random.hex(16);
  const running = startAgent({
    command: ['bash', '-e', path],
    cwd: workshop.tree,
    env: agentEnvironment(deps.environment, [], {
      ...homeEnvironment(workshop, deps.environment),
      SIGNALBOX_TICKET: job.ticket,
      SIGNALBOX_AGENT: agent,
      SIGNALBOX_PHASE: phase,
      SIGNALBOX_MARK: mark,
    }),
    prompt: '',
    quarry: { mark, folder: workshop.folder },
    user,
    clock,
    hide: (text) => text,
    onLine: upTo(mostLogged, (line) => tools.output.line(`setup | ${line}`)),
  });
  const brake = makeBrake();
  const until = Math.min(endBy, clock.now() + config.limits.setup_seconds * 1000);
  const checkIn = async () => {};
  const stopWatching = watched({
    ...{ ...deps, job, brake, limits: config.limits, endBy: until, saveEveryMs: 60_000, checkIn },
    census: running.census,
  });
  const pulled = new Promise<null>((resolve) => {
    if (brake.signal.aborted) resolve(null);
    brake.signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const exit = await Promise.race([running.exited, pulled]);
  stopWatching();
  const isGone = await stop(attending, running);
  if (exit === null && brake.cause !== 'time-limit' && isGone) return null;
  if (exit && 'code' in exit && exit.code === 0 && isGone) return null;
  const how = isGone ? endWords(exit, config.limits.setup_seconds) : 'What it started could not be ended.';
  const words = [how, lastWords(running.printed(), 30)].filter(Boolean).join('\n');
  return { kind: 'failed', summary: `${stopsSeen['setup-failed']}\n\n${lastWordsLead}${words}` };
}

function endWords(exit: AgentExit | null, seconds: number): string {
  if (exit === null) return `It took longer than ${seconds} seconds (\`limits.setup_seconds\`).`;
  if ('code' in exit) return `It ended with exit status ${exit.code}.`;
  return 'fault' in exit ? `It could not be started: ${exit.fault}` : `It was ended by ${exit.signal}.`;
}
