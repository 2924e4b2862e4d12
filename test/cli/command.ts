import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { type ProgramOptions, runProgram } from '../../src/cli/program.ts';
import { withDesk } from '../../src/wire-clone.ts';
import { doctor } from '../../src/wire-doctor.ts';
import { openSetup } from '../../src/wire-init.ts';
import { serveAgentsTools } from '../../src/wire-mcp.ts';
import { runDispatched } from '../../src/wire-run.ts';

export interface Printed {
  status: number;
  stdout: string;
  stderr: string;
}

/** Who types a command: their variables, and their answers where they sit at a terminal. */
interface Person {
  environment?: Record<string, string>;
  ask?: ProgramOptions['ask'];
}

const root = join(import.meta.dirname, '..', '..');

/** `signalbox <args>` in this process, on real git, at `now` (milliseconds). */
export async function signalbox(
  args: readonly string[],
  now: () => number = systemClock.now,
  { environment = {}, ask = null }: Person = {},
): Promise<Printed> {
  const printed: Printed = { status: 0, stdout: '', stderr: '' };
  const never = () => Promise.reject(new Error('nothing is served here'));
  const options: ProgramOptions = {
    serve: never,
    startLocalDesk: never,
    doctor: (asked) => doctor(asked, { packageFolder: root, environment }),
    withDesk,
    serveTools: serveAgentsTools,
    openSetup: (asked) => openSetup(asked, root, environment),
    ask,
    runAttempt: (environment) => runDispatched(environment, '/'),
    clock: { ...systemClock, now },
    random: systemRandom,
    makeLog: () => silentLog,
    environment,
    packageFolder: root,
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
  await runProgram(options, args);
  return printed;
}
