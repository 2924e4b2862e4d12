import { type Command, InvalidArgumentError } from 'commander';
import { addCloneFlags, type CloneFlags, type ClonePorts, cloneStatuses, onDesk } from './clone-desk.ts';
import { guarded } from './guarded.ts';
import { type Pruned, prune } from './prune.ts';

/** What people said on an issue is read again for so many days; a signal pruned sooner could come back from there. */
const leastQuarantine = 31;

const logsWords =
  'Run logs and artifacts GitHub deletes by its own setting (Settings > Actions > General, 90 days unless set), and so does the embedded one.';

const help = `
Takes away what nobody needs any more: git refs with the work of closed attempts, and refused signals.
Never the work of an attempt that is open or still being stopped; while its ticket is open, never the work that the next
attempt would build on, nor work that is to be shown; never work that a signal in quarantine speaks of.
Works in any clone of the team's repository, with your own git login and the right to push. Nothing is pruned by itself.
${logsWords}

Example:
  signalbox prune --dry-run
  signalbox prune --work 14 --quarantine 60

Exit status: 0 done, ${cloneStatuses}.

With --json one object is printed, and nothing else on standard output:
  { format: 1, remote, branch, dry_run, work: [refs], quarantine: [paths] }`;

interface Flags extends CloneFlags {
  work: number;
  quarantine: number;
  dryRun: boolean;
}

export function addPrune(program: Command, ports: ClonePorts): void {
  const command = program
    .command('prune')
    .description('take away the old work of closed attempts and old refused signals')
    .option('--work <days>', "keep agents' work so long after its attempt ended", days(0), 30)
    .option(
      '--quarantine <days>',
      `keep refused signals so long; at least ${leastQuarantine}`,
      days(leastQuarantine),
      90,
    )
    .option('--dry-run', 'say what would go, and change nothing', false);
  addCloneFlags(command)
    .addHelpText('after', help)
    .action((flags: Flags) => guarded(ports, () => run(ports, flags)));
}

async function run(ports: ClonePorts, flags: Flags): Promise<void> {
  await onDesk(ports, flags, async (desk) => {
    const { work, quarantine, dryRun, json } = flags;
    const pruned = await prune(desk, { work, quarantine }, { dryRun });
    const { remote, branch } = desk;
    const report = { format: 1, remote, branch, dry_run: dryRun, ...pruned };
    ports.print(json ? JSON.stringify(report, null, 2) : told(pruned, dryRun));
  });
}

function told({ work, quarantine }: Pruned, dryRun: boolean): string {
  const [gone, none] = dryRun ? ['Would go', 'Nothing would go.'] : ['Gone', 'Nothing is old enough.'];
  const all = [...work, ...quarantine];
  const lines = all.length === 0 ? [none] : [`${gone}:`, ...all.map((one) => `  ${one}`)];
  return [...lines, '', logsWords].join('\n');
}

function days(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= 36_500) return value;
    throw new InvalidArgumentError(`a whole number of days, ${least} or more`);
  };
}
