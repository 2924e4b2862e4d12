import { type Clock, isoSeconds } from '../base/clock.ts';
import { asError } from '../base/errors.ts';
import { workRef } from '../ticket/paths.ts';
import type { Job } from './job.ts';
import type { Remote, Workshop } from './repository.ts';
import { commitSnapshot, pushWork, type Snapshot, takeSnapshot, withoutWorkflows } from './salvage.ts';

/** How GitHub refuses a job's push of a commit that changes a workflow file (of an App, an OAuth App, a token of a person). */
const workflowRefused = /refusing to allow .+ to create or update workflow\b/;

/** Keeps an agent's work where nobody contends for it: `refs/signalbox/work/<ID>/<attempt>`. */
export interface WorkKeeper {
  /**
   * Takes the work tree as it is and pushes it. `subject` and `words` go into the commit; with `plain`, a tree that the
   * agent committed itself is pushed as it stands. One save at a time, in the order asked. Answers the commit that is
   * kept. @throws SignalboxError
   */
  save(what: { subject: string; words: string; plain?: boolean }): Promise<string>;
}

export function makeWorkKeeper(keeper: {
  workshop: Workshop;
  remote: Remote;
  job: Job;
  agent: string;
  clock: Clock;
  /** Milliseconds that one push may take. */
  timeoutMs: number;
}): WorkKeeper {
  const { workshop, remote, job, agent, clock, timeoutMs } = keeper;
  const ref = workRef(job.ticket, job.attempt);
  const saveNow: WorkKeeper['save'] = async ({ subject, words, plain = false }) => {
    const snapshot = await takeSnapshot(workshop);
    const now = clock.now();
    const message = [
      `${job.ticket} #${job.attempt}: ${subject}`,
      ...(words === '' ? [] : [words]),
      `Ticket: ${job.ticket}\nAttempt: ${job.attempt}\nRun: ${job.run.id}\nChecked-in: ${isoSeconds(now)}`,
    ]
      .join('\n\n')
      .replaceAll('\0', ''); // git takes none in a message
    const commit = (of: Snapshot) => commitSnapshot(workshop.bare, of, { message, agent, now });
    const push = async (made: string) => {
      await pushWork(workshop.bare, { remote, ref, commit: made, timeoutMs });
      return made;
    };
    try {
      return await push(plain && snapshot.clean ? snapshot.head : await commit(snapshot));
    } catch (error) {
      if (!workflowRefused.test(asError(error).message)) throw error;
      return push(await commit(await withoutWorkflows(workshop, snapshot)));
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    save(what) {
      const saved = last.then(() => saveNow(what));
      last = saved.catch(() => {});
      return saved;
    },
  };
}
