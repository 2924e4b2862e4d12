import type { Command } from 'commander';
import { type Ending, guarded } from './guarded.ts';

const help = `
The same runner as the action, for a job that has Signalbox installed already: on a machine, or in an image, of your own. It
is a step of the workflow that Signalbox dispatches, since the app asks Actions
about the run that an attempt is bound to; elsewhere it refuses (not-in-actions). What the attempt is it reads from the
run's own event; the token is the job's, in GITHUB_TOKEN, and no other: an installation token ends after one hour.
Outputs (outcome, code, bundle, artifact) are those of the action.

Example, in the place of the step that uses the action:
  - id: attempt
    run: exec signalbox run   # exec: a cancel reaches it, and not the shell alone
    env:
      GITHUB_TOKEN: \${{ github.token }}

An agent with a user of its own (that takes root, or sudo without a password) is kept from that token. One without can read
it from the processes that started this, which the action has none of.

Exit status: 0 where the attempt went as it should (also where it was turned away, stopped, or asks a question), 1 where
a person may want to look into it.`;

export interface RunPorts extends Ending {
  /** Runs the attempt that this job was dispatched for; answers the exit status. @throws SignalboxError outside of such a job */
  runAttempt(environment: Record<string, string | undefined>): Promise<number>;
  environment: Record<string, string | undefined>;
}

export function addRun(program: Command, ports: RunPorts): void {
  program
    .command('run')
    .description('run the attempt that this job of Actions was dispatched for')
    .addHelpText('after', help)
    .action(() => guarded(ports, async () => ports.exit(await ports.runAttempt(ports.environment))));
}
