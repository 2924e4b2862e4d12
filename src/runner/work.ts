import { type Clock, isoSeconds } from '../base/clock.ts';
import { asError } from '../base/errors.ts';
import { workRef } from '../ticket/paths.ts';
import type { Job } from './job.ts';
import type { Remote, Workshop } from './repository.ts';
import { commitSnapshot, pushWork, type Snapshot, takeSnapshot, withoutWorkflows } from './salvage.ts';

/** Keeps an agent's work where nobody contends for it: `refs/signalbox/work/<ID>/<attempt>`. */
export interface WorkKeeper {
  /**
   * Takes the work tree as it is and pushes it. `subject` and `words` go into the commit; with `plain`, a tree that the
   * agent committed itself is pushed as it stands. One save at a time, in the order asked. @throws SignalboxError
   */
  save(what: { subject: string; words: string; plain?: boolean }): Promise<void>;
}

export function makeWorkKeeper(keeper: {
  workshop: Workshop;
  remote: Remote;
  job: Job;
  agent: string;
  clock: Clock;
}): WorkKeeper {
  const { workshop, remote, job, agent, clock } = keeper;
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
    const push = (made: string) => pushWork(workshop.bare, { remote, ref, commit: made, timeoutMs: 120_000 });
    try {
      await push(plain && snapshot.clean ? snapshot.head : await commit(snapshot));
    } catch (error) {
      if (!/workflow/i.test(asError(error).message)) throw error;
      await push(await commit(await withoutWorkflows(workshop, snapshot)));
    }
  };
  let last: Promise<void> = Promise.resolve();
  return {
    save(what) {
      const saved = last.then(() => saveNow(what));
      last = saved.catch(() => {});
      return saved;
    },
  };
}
