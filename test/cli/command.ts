import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { type ProgramOptions, runProgram } from '../../src/cli/program.ts';
import { withDesk } from '../../src/wire-clone.ts';
import { doctor } from '../../src/wire-doctor.ts';
import { serveAgentsTools } from '../../src/wire-mcp.ts';

export interface Printed {
  status: number;
  stdout: string;
  stderr: string;
}

/** `signalbox <args>` in this process, on real git, at `now` (milliseconds). */
export async function signalbox(
  args: readonly string[],
  now: () => number = systemClock.now,
): Promise<Printed> {
  const printed: Printed = { status: 0, stdout: '', stderr: '' };
  const never = () => Promise.reject(new Error('nothing is served here'));
  const options: ProgramOptions = {
    serve: never,
    startLocalDesk: never,
    doctor,
    withDesk,
    serveTools: serveAgentsTools,
    clock: { ...systemClock, now },
    random: systemRandom,
    makeLog: () => silentLog,
    environment: {},
    packageFolder: '/',
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
