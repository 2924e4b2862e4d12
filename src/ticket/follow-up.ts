import { isoSeconds } from '../base/clock.ts';
import type { Attempt, ClosedAttempt } from './format.ts';
import { marker } from './sentences.ts';

/*
 * What is said of a run that falls silent: one comment for each attempt, kept current until the attempt has ended.
 */

/** The marker's name of the comment. */
export function followUpName(attempt: number): string {
  return `follow-up:${attempt}`;
}

/**
 * That it is late. By how much is said in steps, so that the comment changes a few times and not with every look.
 *
 * @param sign its latest sign of life; `patienceMs` after it the next was due (milliseconds)
 */
export function lateFollowUp(
  id: string,
  { number, agent, check_in_by }: Attempt,
  late: {
    run: { id: number; status: string; url: string };
    sign: number;
    lateMs: number;
    patienceMs: number;
  },
): string {
  const { run, sign, lateMs, patienceMs } = late;
  return followUp(
    number,
    `Attempt ${number} of ${id}, by ${agent}, is silent. It last saved its work at ${isoSeconds(sign)} (or was started then) and was to do so again by ${isoSeconds(sign + patienceMs)}: it is late by ${lateWords(lateMs)}.`,
    '',
    `GitHub says that [run ${run.id}](${run.url}) is ${run.status.replace('_', ' ')}, so nothing is stopped: only its time limit ends it, at ${check_in_by}. \`park\` stops it now.`,
  );
}

/** That no machine has taken its run in time, in steps like `lateFollowUp`. */
export function queuedFollowUp(
  id: string,
  { number, agent }: Attempt,
  { run, lateMs }: { run: { id: number; url: string }; lateMs: number },
): string {
  return followUp(
    number,
    `Attempt ${number} of ${id}, for ${agent}, waits for a machine: [run ${run.id}](${run.url}) was to begin by now, and is late by ${lateWords(lateMs)}.`,
    '',
    'It begins when a runner with the labels that its workflow asks for is free; see under Settings, Actions, Runners. GitHub gives it up after 24 hours. `park` takes it back now.',
  );
}

/** That it gave a sign of life after all. */
export function checkedInAgain(id: string, { number }: Attempt, sign: number): string {
  return followUp(
    number,
    `Attempt ${number} of ${id} has checked in again, at ${isoSeconds(sign)}. It goes on.`,
  );
}

/** That it is over, one way or another. */
export function endedFollowUp(id: string, { number, outcome, ended }: ClosedAttempt): string {
  return followUp(
    number,
    `Attempt ${number} of ${id}, which was silent for a while, ended at ${ended}: ${outcome}.`,
  );
}

function followUp(attempt: number, ...lines: string[]): string {
  return `${marker(followUpName(attempt))}\n[follow-up] ${lines.join('\n')}`;
}

/** Minutes at which the lateness is said anew; after the last, each time it has doubled. */
const steps = [1, 2, 5, 10, 20, 30, 60];

function lateWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'less than a minute';
  const hours = minutes < 120 ? 0 : 2 ** Math.floor(Math.log2(minutes / 60));
  if (hours > 0) return `more than ${hours} hours`;
  const step = steps.findLast((one) => one <= minutes) ?? 1;
  return step === 60 ? 'more than an hour' : `more than ${step} minute${step === 1 ? '' : 's'}`;
}
