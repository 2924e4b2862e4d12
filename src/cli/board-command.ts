import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { SignalboxError } from '../base/errors.ts';
import { placeOf } from '../setup/place.ts';
import {
  addReadFlags,
  type CloneDesk,
  type ClonePorts,
  cloneStatuses,
  onReading,
  printJson,
  type ReadFlags,
  ticketNamed,
} from './clone-desk.ts';
import { guarded } from './guarded.ts';

const help = `
Prints where the board of this clone's repository is, or a ticket's page there, and opens it in a browser where this is a terminal.
The address is \`board:\` of .github/signalbox.yml, else BOARD_URL; of a desk that \`signalbox start\` serves on this machine, its own.

Example:
  signalbox board
  signalbox board MC-4159 --print

Exit status: 0 done, ${cloneStatuses};
3 too where no address is known.

With --json one object is printed, and nothing is opened:
{ format: 1, remote, branch, address }`;

export interface BoardPorts extends ClonePorts {
  environment: Readonly<Record<string, string | undefined>>;
  /** Shows an address in the person's browser, if there is one. */
  openAddress(address: string): void;
}

interface Flags extends ReadFlags {
  print: boolean;
  data: string;
}

export function addBoard(program: Command, ports: BoardPorts): void {
  const command = program
    .command('board [ticket]')
    .description('where the board is, and open it')
    .option('--print', 'open nothing', false)
    .option('--data <folder>', 'where `signalbox start` keeps a desk of this machine', '.signalbox');
  addReadFlags(command)
    .addHelpText('after', help)
    .action((ticket: string | undefined, flags: Flags) =>
      guarded(ports, () => onReading(ports, flags, async (desk) => show(ports, desk, flags, ticket))),
    );
}

function show(ports: BoardPorts, desk: CloneDesk, flags: Flags, ticket: string | undefined): void {
  const address = addressOf(ports, desk, flags, ticket === undefined ? null : ticketNamed(ticket));
  if (flags.json) printJson(ports, desk, { address });
  else {
    ports.print(address);
    if (!flags.print && ports.terminal.columns !== null) ports.openAddress(address);
  }
}

/** @throws SignalboxError `no-board`, `no-repository` */
function addressOf(ports: BoardPorts, desk: CloneDesk, flags: Flags, ticket: string | null): string {
  const board = desk.config.board ?? ports.environment.BOARD_URL ?? localBoard(flags.data, desk.remote);
  if (board === undefined)
    throw new SignalboxError('config', 'no-board', 'nobody has said where the board is', {
      hint: 'Write `board: https://<its address>` into .github/signalbox.yml, or set BOARD_URL; for a desk of this machine, --data <its folder>. Who runs the app switches the board on: docs/set-up.md of Signalbox.',
    });
  const place = placeOf(desk.remote);
  if (!place)
    throw new SignalboxError('user', 'no-repository', `${desk.remote} is no repository of a GitHub`, {
      hint: 'Name the remote that is: --remote <name-or-url>.',
    });
  const base = `${board.replace(/\/+$/, '')}/${place.owner}/${place.repo}`;
  return ticket === null ? base : `${base}/tickets/${ticket}`;
}

/** The board of a desk on this machine, where the remote is a repository of its embedded GitHub. */
function localBoard(folder: string, remote: string): string | undefined {
  try {
    const { app, github } = JSON.parse(readFileSync(join(folder, 'local.json'), 'utf8'));
    const isThere = placeOf(remote)?.host === new URL(github.url).host;
    return isThere && typeof app?.url === 'string' ? app.url : undefined;
  } catch {
    return undefined;
  }
}
