import { join } from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { makeProgram, type ProgramOptions, runProgram } from '../../src/cli/program.ts';
import { withDesk } from '../../src/wire-clone.ts';
import { doctor } from '../../src/wire-doctor.ts';
import { openSetup } from '../../src/wire-init.ts';
import { callAgentsTool, serveAgentsTools } from '../../src/wire-mcp.ts';
import { runDispatched } from '../../src/wire-run.ts';

export interface Printed {
  status: number;
  stdout: string;
  stderr: string;
}

const root = join(import.meta.dirname, '..', '..');

/** The world of commands: this process, real git, and what is printed. */
function worldOf(
  printed: Printed,
  now: () => number,
  environment: ProgramOptions['environment'],
): ProgramOptions {
  const never = () => Promise.reject(new Error('nothing is served here'));
  return {
    serve: never,
    startLocalDesk: never,
    doctor: (asked) => doctor(asked, { packageFolder: root, environment }),
    withDesk,
    serveTools: serveAgentsTools,
    openSetup: (asked) => openSetup(asked, root, environment),
    ask: null,
    callTool: callAgentsTool,
    runAttempt: (environment) => runDispatched(environment, '/'),
    clock: { ...systemClock, now },
    random: systemRandom,
    makeLog: () => silentLog,
    environment,
    openAddress: () => {},
    packageFolder: root,
    terminal: { columns: null, colour: false },
    print: (text) => {
      printed.stdout += `${text}\n`;
    },
    printError: (text) => {
      printed.stderr += `${text}\n`;
    },
    onStop: () => {},
    exit: (status) => {
      printed.status = status;
    },
  };
}

/** `signalbox <args>` in this process, on real git, at `now` (milliseconds). */
export async function signalbox(
  args: readonly string[],
  now: () => number = systemClock.now,
  over: Partial<ProgramOptions> = {},
): Promise<Printed> {
  const printed: Printed = { status: 0, stdout: '', stderr: '' };
  await runProgram({ ...worldOf(printed, now, over.environment ?? {}), ...over }, args);
  return printed;
}

/** Every command, to be looked at. */
export function allCommands(): Command {
  const world = worldOf({ status: 0, stdout: '', stderr: '' }, systemClock.now, {});
  return makeProgram({ ...world, printStyled: world.print });
}
