#!/usr/bin/env node
import { dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { systemClock, untilEnd } from './base/clock.ts';
import { SignalboxError } from './base/errors.ts';
import { makeLog } from './base/log.ts';
import { systemRandom } from './base/random.ts';
import { openInBrowser } from './cli/browser.ts';
import { type ProgramOptions, runProgram } from './cli/program.ts';
import { terminalOf } from './cli/terminal.ts';
import { withDesk } from './wire-clone.ts';

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * One question at the terminal; what is asked stands on standard error, so that standard output may be piped.
 * @throws SignalboxError `no-answer` for Ctrl-C and Ctrl-D
 */
async function askAtTerminal(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const none = () => new SignalboxError('user', 'no-answer', 'no answer, so nothing was done');
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('close', () => reject(none()));
      lines.question(question).then(resolve, () => reject(none()));
    });
  } finally {
    lines.close();
  }
}

/** The command line of Signalbox. What only some commands need is loaded by those: the server's packages take longer than a list. */
const options: ProgramOptions = {
  serve: async (asked) => (await import('./wire.ts')).serve(asked),
  startLocalDesk: async (asked) => (await import('./wire-local.ts')).startLocalDesk(asked),
  doctor: async (asked) =>
    (await import('./wire-doctor.ts')).doctor(asked, { packageFolder, environment: process.env }),
  withDesk,
  serveTools: async (...asked) => (await import('./wire-mcp.ts')).serveAgentsTools(...asked),
  runAttempt: async (environment) =>
    (await import('./wire-run.ts')).runDispatched(environment, packageFolder),
  callTool: async (...asked) => (await import('./wire-mcp.ts')).callAgentsTool(...asked),
  clock: systemClock,
  random: systemRandom,
  makeLog: (level) => makeLog(level, (line) => process.stderr.write(`${line}\n`)),
  environment: process.env,
  packageFolder,
  openAddress: openInBrowser,
  openSetup: async (asked) => (await import('./wire-init.ts')).openSetup(asked, packageFolder, process.env),
  ask: process.stdin.isTTY ? askAtTerminal : null,
  terminal: terminalOf(process.stdout, process.env),
  print: (text) => process.stdout.write(`${text}\n`),
  printError: (text) => process.stderr.write(`${text}\n`),
  onStop(stop) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  },
  exit: (status) => process.exit(status),
};

// Timers and sockets of the ports do not keep the process alive by themselves; a command says when it is over.
await untilEnd(runProgram(options, process.argv.slice(2)));
