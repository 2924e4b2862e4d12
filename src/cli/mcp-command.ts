import type { Command } from 'commander';
import type { Log, LogLevel } from '../base/log.ts';
import type { CloneOptions } from './clone-desk.ts';
import { type Ending, guarded } from './guarded.ts';

const help = `
An agent's client (Claude Code, Codex, Copilot CLI, any that speaks MCP) starts this, and asks and reports by its tools.
It speaks on standard input and output, until its client hangs up.

Beside a runner SIGNALBOX_SOCKET is set, and the runner carries everything out. Elsewhere it works in a clone of the team's
repository, with your own git login and the right to push, and needs SIGNALBOX_TICKET, SIGNALBOX_ATTEMPT and SIGNALBOX_KEY:
what the bound run was given.

Example, for a client that reads such a file:
  { "mcpServers": { "signalbox": { "command": "signalbox", "args": ["mcp"] } } }`;

interface Flags {
  remote: string;
  branch?: string;
  clone: string;
}

export interface ToolPorts extends Ending, Pick<CloneOptions, 'clock' | 'random'> {
  /** Serves until the client hangs up. */
  serveTools(options: CloneOptions, environment: Record<string, string | undefined>): Promise<void>;
  makeLog(level: LogLevel): Log;
  environment: Record<string, string | undefined>;
}

export function addTools(program: Command, ports: ToolPorts): void {
  const { clock, random, environment } = ports;
  program
    .command('mcp')
    .description("serve an agent's tools to its client (MCP, over standard input and output)")
    .option('--remote <name-or-url>', 'the remote to ask', 'origin')
    .option('--branch <name>', 'the state branch; default: what the config on the default branch says')
    .option('--clone <folder>', "a clone of the team's repository, where the agent works", '.')
    .addHelpText('after', help)
    .action(({ remote, branch, clone }: Flags) =>
      guarded(ports, async () => {
        const log = ports.makeLog('error');
        await ports.serveTools({ clone, remote, branch, clock, random, log }, environment);
        ports.exit(0);
      }),
    );
}
