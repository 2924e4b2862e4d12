import { type Clock, isoSeconds } from '../base/clock.ts';
import { asError } from '../base/errors.ts';
import type { Usage } from '../ticket/budget-format.ts';
import { artifactPath, workRef } from '../ticket/paths.ts';
import { isWithin, withArtifacts } from './artifacts.ts';
import type { Job } from './job.ts';
import type { Remote } from './own-git.ts';
import type { Workshop } from './repository.ts';
import {
  commitSnapshot,
  largestUncommitted,
  makeBundle,
  pushWork,
  type Snapshot,
  takeSnapshot,
  withoutWorkflows,
} from './salvage.ts';

/** How GitHub refuses a job's push of a commit that changes a workflow file (of an App, an OAuth App, a token of a person). */
const workflowRefused = /refusing to allow .+ to create or update workflow\b/;

/** Keeps an agent's work where nobody contends for it: `refs/signalbox/work/<ID>/<attempt>`. */
export interface WorkKeeper {
  /**
   * Takes the work tree as it is and pushes it. `subject` and `words` go into the commit; with `plain`, a tree that the
   * agent committed itself is pushed as it stands. In the order asked, and no push holds up the next taking: it may hang.
   * Answers the commit that is kept. @throws SignalboxError
   */
  save(what: { subject: string; words: string; plain?: boolean }): Promise<string>;
  /** Has a file kept beside the work from the next save on: its path, and the id of its blob. */
  attach(path: string, blob: string): void;
  /** The same on top of what was saved last: an accepted report named that, and its commit stays reachable. */
  saveLater(what: { subject: string; words: string }): Promise<string>;
  /** Puts the work that was taken last into a git bundle, where it is not pushed; its path, or null where there is none. */
  bundle(): Promise<string | null>;
}

export function makeWorkKeeper(keeper: {
  workshop: Workshop;
  remote: Remote;
  job: Job;
  agent: string;
  clock: Clock;
  /** Milliseconds that one push may take. */
  timeoutMs: number;
  /** Where a bundle is put. */
  bundlePath: string;
  /** What the agent has used so far, where it says so. */
  used?: () => Usage | undefined;
}): WorkKeeper {
  const { workshop, remote, job, agent, clock, timeoutMs, bundlePath, used } = keeper;
  const ref = workRef(job.ticket, job.attempt);
  let unpushed: string | null = null;
  let tip: string | null = null;
  const attached = new Map<string, string>();
  type What = Parameters<WorkKeeper['save']>[0];
  type Taken = { snapshot: Snapshot; whole: string; commit: (of: Snapshot) => Promise<string> };
  const take = async ({ subject, words, plain }: What, onTop: string | null): Promise<Taken> => {
    const snapshot = await takeSnapshot(workshop);
    const now = clock.now();
    const message = [
      `${job.ticket} #${job.attempt}: ${subject}`,
      ...(words === '' ? [] : [words]),
      ...leftOutWords(snapshot.leftOut),
      `Ticket: ${job.ticket}\nAttempt: ${job.attempt}\nRun: ${job.run.id}\nChecked-in: ${isoSeconds(now)}${usedLines(used?.())}`,
    ]
      .join('\n\n')
      .replaceAll('\0', ''); // git takes none in a message
    const commit = (of: Snapshot) =>
      commitSnapshot(workshop.bare, onTop ? { ...of, head: onTop } : of, { message, agent, now });
    const isThere = onTop !== null && (await isWithin(workshop.bare, snapshot, onTop));
    // Whole, with its workflow files: a bundle is not pushed by a job.
    const whole = isThere ? onTop : plain && snapshot.clean ? snapshot.head : await commit(snapshot);
    unpushed = whole;
    return { snapshot, whole, commit };
  };
  const withAttached = (commit: string) => {
    const words = { message: `${job.ticket} #${job.attempt}: artifacts`, agent, now: clock.now() };
    return withArtifacts(workshop.bare, commit, attached, words);
  };
  const push = async (made: string) => {
    const top = await withAttached(made);
    if (top !== tip) await pushWork(workshop.bare, { remote, ref, commit: top, timeoutMs });
    tip = top;
    return made;
  };
  const pushTaken = async ({ snapshot, whole, commit }: Taken) => {
    const kept = await push(whole).catch(async (error) => {
      if (!workflowRefused.test(asError(error).message)) throw error;
      return push(await commit(await withoutWorkflows(workshop, snapshot)));
    });
    if (unpushed === whole) unpushed = null;
    return kept;
  };
  let lastTaken: Promise<unknown> = Promise.resolve();
  let lastPushed: Promise<unknown> = Promise.resolve();
  const inOrder = (taken: Promise<Taken>): Promise<string> => {
    lastTaken = taken.catch(() => {});
    const saved = lastPushed.then(async () => pushTaken(await taken));
    lastPushed = saved.catch(() => {});
    return saved;
  };
  return {
    save: (what) => inOrder(lastTaken.then(() => take(what, null))),
    attach: (path, blob) => void attached.set(artifactPath(path), blob),
    saveLater: (what) => inOrder(Promise.all([lastTaken, lastPushed]).then(() => take(what, tip))),
    async bundle() {
      if (unpushed === null) return null;
      return makeBundle(workshop, { ref, commit: await withAttached(unpushed), path: bundlePath });
    },
  };
}

/** As trailers of the commit. */
function usedLines({ tokens, dollars }: Usage = {}): string {
  const lines = [
    tokens === undefined ? '' : `\nTokens: ${tokens}`,
    dollars === undefined ? '' : `\nDollars: ${dollars}`,
  ];
  return lines.join('');
}

/** What of the work tree is not in the commit, so that nobody looks for it there. */
function leftOutWords(files: Snapshot['leftOut']): string[] {
  if (files.length === 0) return [];
  const lines = files
    .slice(0, 50)
    .map(({ path, bytes }) => `  ${path} (${Math.round(bytes / 1024 ** 2)} MiB)`);
  const more = files.length > lines.length ? [`  and ${files.length - lines.length} more`] : [];
  const limit = `${largestUncommitted / 1024 ** 2} MiB`;
  return [[`Left out, uncommitted and larger than ${limit}:`, ...lines, ...more].join('\n')];
}
