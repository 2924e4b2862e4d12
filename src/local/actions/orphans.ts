import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type Clock, sleep } from '../../base/clock.ts';

/** The variable by which a runner knows the processes of its job, whatever became of their parents. */
export const trackingVariable = 'RUNNER_TRACKING_ID';

/** Every process but this one; none where the system does not tell (only Linux has `/proc`). */
function processes(): number[] {
  return (readable(() => readdirSync('/proc')) ?? [])
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // gone meanwhile, a zombie, or another user's
  }
}

/** Processes that carry one of these marks in the environment they were started with, as `actions/runner` looks for them. */
export function marked(isOurs: (trackingId: string) => boolean): number[] {
  return processes().filter((pid) => {
    const environment = readable(() => readFileSync(`/proc/${pid}/environ`, 'latin1'))?.split('\0') ?? [];
    const mark = environment.find((entry) => entry.startsWith(`${trackingVariable}=`));
    return mark !== undefined && isOurs(mark.slice(trackingVariable.length + 1));
  });
}

/** Processes whose working directory is, or was, inside a folder. */
export function under(folder: string): number[] {
  return processes().filter((pid) =>
    readable(() => readlinkSync(`/proc/${pid}/cwd`))?.startsWith(`${folder}/`),
  );
}

/** A process and what descends from it by parenthood; a double-forked one has left the tree. */
export function tree(root: number): number[] {
  const parents = new Map(
    processes().map((pid) => {
      const stat = readable(() => readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? '';
      // The command's name may hold spaces and brackets: what follows its last bracket is regular.
      return [pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const;
    }),
  );
  const found = [root];
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found;
}

export function killNow(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  readable(() => process.kill(pid, signal));
}

/** A process that cannot be killed (it hangs in the kernel) is given up after so many passes. */
const passes = 500;

/** Kills what `find` finds until a pass finds nothing: a process may have forked while it was looked for. */
export async function killUntilNone(find: () => number[], clock: Clock): Promise<void> {
  let found = find();
  for (let pass = 0; found.length > 0 && pass < passes; pass += 1) {
    for (const pid of found) killNow(pid);
    await sleep(clock, 10);
    found = find();
  }
}
