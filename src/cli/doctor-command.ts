import type { Command } from 'commander';
import { witnessRef } from '../ticket/paths.ts';
import { addCloneFlags, type CloneFlags, type CloneOptions, type ClonePorts } from './clone-desk.ts';
import type { Moved, Report } from './doctor.ts';
import { findingWords, isWrong } from './findings.ts';
import { guarded } from './guarded.ts';

export interface DoctorOptions extends CloneOptions {
  restore: boolean;
}

export interface DoctorPorts extends Omit<ClonePorts, 'withDesk'> {
  doctor(options: DoctorOptions): Promise<Report>;
}

interface Flags extends CloneFlags {
  restore: boolean;
}

/** Exit status where something is wrong and stayed so. Others are those of errors.ts. */
const wrongStatus = 6;

/** How many differing tickets and files are listed. */
const most = 20;

const help = `
Works in any clone of the team's repository, with your own git login. Without more it looks at what git can read: the state
branch, config, workflow and action. With a token of yours (GH_TOKEN, GITHUB_TOKEN, or GitHub's own command line logged in) it
looks at labels and rules too, and with APP_ID and PRIVATE_KEY, where the app runs, at the app's rights and its webhook.
What it cannot look at it says. It changes nothing, unless it is told to restore.

Example:
  signalbox doctor             says what is wrong, and what to do
  signalbox doctor --restore   puts it back where it was moved back, deleted or replaced

With --restore nothing else is looked at. A restore is one commit on top of the branch as it is, so nothing that lies there is lost. It may be repeated.

Exit status: 0 nothing is wrong (any more), 6 something is, 1 not a clone, 2 usage, 3 config, or the push or login
refused, 4 overtaken again and again, 5 the remote does not answer.

With --json one object is printed, and nothing else on standard output:
  format    1
  remote, branch
  standing  "fine", "absent" (nobody served this repository yet), "moved-back" or "restored"
  head, witness   commits as they were found, or null
  restored  the commit that mended it, or null
  moved     null, or { how: "deleted" | "rewound" | "replaced", commits: lost by a rewind, or null,
            tickets: [{ id, published: state at the witness or null, now: state on the branch or null }],
            files: other paths that differ }; a file that cannot be read has the state "broken"
  broken    [{ path, code, message }] files that cannot be read
  signals   [{ ticket, attempt, place }] not yet decided
  unjudged  null, or { commits, at, paths }: pushed past Signalbox, and not looked at by an app yet
  followers [{ name, behind: commits, or null where its place is not in the history, since }] receivers of outbound webhooks
  findings  [{ check, level: "ok", "warn", "error" or "skipped", code, message, hint }]`;

export function addDoctor(program: Command, ports: DoctorPorts): void {
  const command = program
    .command('doctor')
    .description(
      'say whether all is well, and what to do; --restore mends a state branch that was moved back',
    )
    .option('--restore', 'put the tickets of the witness back where the branch was moved back', false);
  addCloneFlags(command)
    .addHelpText('after', help)
    .action((flags: Flags) => guarded(ports, () => run(ports, flags)));
}

async function run(ports: DoctorPorts, { clone, remote, branch, restore, json }: Flags): Promise<void> {
  const { clock, random } = ports;
  const log = ports.makeLog('error');
  const report = await ports.doctor({ clone, remote, branch, restore, clock, random, log });
  ports.print(json ? JSON.stringify(report, null, 2) : told(report));
  const { standing, broken, findings } = report;
  if (standing === 'moved-back' || broken.length > 0 || isWrong(findings)) ports.exit(wrongStatus);
}

/** The report for people. */
function told(report: Report): string {
  const { remote, branch, broken, signals } = report;
  const files = broken.map(({ path, code, message }) => `  ${path}: ${code}: ${message}`);
  const waiting = signals.map(({ ticket, attempt, place }) => `  ${ticket} #${attempt} at ${place}`);
  return [
    `${branch} at ${remote}: ${standingWords(report)}`,
    ...(report.moved ? movedWords(report, report.moved) : []),
    ...(files.length > 0 ? ['', 'Files that cannot be read:', ...cut(files)] : []),
    ...(waiting.length > 0 ? ['', 'Signals that wait to be decided:', ...cut(waiting)] : []),
    ...(report.standing === 'moved-back' ? ['', 'To put it back: signalbox doctor --restore'] : []),
    ...(report.findings.length > 0 ? ['', ...findingWords(report.findings)] : []),
  ].join('\n');
}

function standingWords({ standing, head, witness, restored }: Report): string {
  switch (standing) {
    case 'fine':
      if (witness === null)
        return `it is at ${head}, and no app has served it yet. If one has, its witness was deleted, and what executes will be forgotten unless you put it back first: git push origin ${head}:${witnessRef}`;
      return `the branch is as it was left, at ${head}`;
    case 'absent':
      return 'no such branch, and no witness of one: nobody served this repository yet';
    case 'moved-back':
      return 'head-moved-back: the desk is frozen';
    case 'restored':
      return `restored, at ${restored}`;
  }
}

function movedWords({ standing, head, witness }: Report, { how, commits, tickets, files }: Moved): string[] {
  const to = {
    deleted: 'deleted',
    rewound: `moved back by ${commits} to ${head}`,
    replaced: `put to ${head}`,
  };
  const back = standing === 'restored' ? ', put back' : '';
  const differing = tickets.map(
    ({ id, published, now }) => `  ${id}: ${published ?? 'absent'}, found ${now ?? 'absent'}`,
  );
  return [
    `It was ${to[how]}; the last head that Signalbox published is ${witness}.`,
    ...(differing.length > 0 ? ['', `Tickets that differed${back}:`, ...cut(differing)] : []),
    ...(files.length > 0 ? ['', `Other files${back}:`, ...cut(files.map((path) => `  ${path}`))] : []),
  ];
}

function cut(lines: string[]): string[] {
  const more = lines.length - most;
  return more > 0 ? [...lines.slice(0, most), `  and ${more} more`] : lines;
}
