#!/usr/bin/env node
import { dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { systemClock, untilEnd } from './base/clock.ts';
import { makeLog } from './base/log.ts';
import { systemRandom } from './base/random.ts';
import { openInBrowser } from './cli/browser.ts';
import { type ProgramOptions, runProgram } from './cli/program.ts';
import { terminalOf } from './cli/terminal.ts';
import { serve } from './wire.ts';
import { withDesk } from './wire-clone.ts';
import { doctor } from './wire-doctor.ts';
import { openSetup } from './wire-init.ts';
import { startLocalDesk } from './wire-local.ts';
import { callAgentsTool, serveAgentsTools } from './wire-mcp.ts';
import { runDispatched } from './wire-run.ts';

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/** One question at the terminal; what is asked stands on standard error, so that standard output may be piped. */
async function askAtTerminal(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

/** The command line of Signalbox. */
const options: ProgramOptions = {
  serve,
  startLocalDesk,
  doctor: (asked) => doctor(asked, { packageFolder, environment: process.env }),
  withDesk,
  serveTools: serveAgentsTools,
  runAttempt: (environment) => runDispatched(environment, packageFolder),
  callTool: callAgentsTool,
  clock: systemClock,
  random: systemRandom,
  makeLog: (level) => makeLog(level, (line) => process.stderr.write(`${line}\n`)),
  environment: process.env,
  packageFolder,
  openAddress: openInBrowser,
  openSetup: (asked) => openSetup(asked, packageFolder, process.env),
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
