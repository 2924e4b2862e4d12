import type { Ticket } from '../ticket/format.ts';
import {
  blockedAlarm,
  marker,
  markerOf,
  movedBackAlarm,
  personFor,
  unstoppedAlarm,
} from '../ticket/sentences.ts';
import { wanted } from '../ticket/wanted.ts';
import type { Context } from './context.ts';
import { ownIssues } from './own-issues.ts';
import { aboutUs } from './own-labels.ts';
import type { Snapshot } from './ports.ts';

/** What needs a person. */
interface Alarm {
  name: string;
  title: string;
  text: string;
}

/** What of a ticket needs a person: that it is blocked, and stops that do not take. */
export async function alarmsOf({ config, forge, log }: Context, ticket: Ticket): Promise<Alarm[]> {
  const { id, blocked } = ticket;
  const settings = await config();
  const who = personFor(ticket, settings);
  const unstopped = wanted(ticket).stop.filter(
    ({ ended }) => forge.now() - Date.parse(ended) >= settings.limits.alarm_seconds * 1000,
  );
  for (const { number, run } of unstopped)
    log.error('a stop does not take', { ticket: id, attempt: number, run: run?.id });
  return [
    ...(blocked
      ? [{ name: `blocked:${blocked.since}`, title: `${id} is blocked`, text: blockedAlarm(ticket, who) }]
      : []),
    ...unstopped.map((attempt) => ({
      name: `alarm:${attempt.number}`,
      title: `a run of ${id} does not stop`,
      text: unstoppedAlarm(attempt, who),
    })),
  ];
}

/** A ticket whose issue was deleted or moved away has nowhere to be told: each alarm of it gets an issue of its own. */
export async function showDetached(context: Context, ticket: Ticket): Promise<void> {
  const about = `alarm:${ticket.id}/`;
  const alarms = await alarmsOf(context, ticket);
  await keepIssues(
    context,
    about,
    alarms.map((alarm) => ({ ...alarm, name: `${about}${alarm.name}` })),
  );
}

const movedBack = 'alarm:head-moved-back';

/**
 * A frozen desk is told to people as an issue, since nothing may be written on the branch: who moved it must hear of it.
 * False where GitHub does not tell yet who that was; with `patient` false it is said without a name.
 */
export async function raiseAlarm(
  { forge, config, log }: Pick<Context, 'forge' | 'config' | 'log'>,
  { head, witness }: Pick<Snapshot, 'head' | 'witness'>,
  patient: boolean,
): Promise<boolean> {
  const { branch } = await config();
  const pushes = await forge.pushes(`refs/heads/${branch}`).catch((error) => {
    log.warn('who moved the state branch cannot be asked', { error });
    return [];
  });
  // Only the newest: a branch that was moved back is where somebody else, long ago, had rightly put it.
  const [last] = pushes;
  const mover = last && (/^0*$/.test(last.after) ? null : last.after) === head ? last.actor : null;
  if (mover === null && patient) return false;
  const text = movedBackAlarm({ branch, head, witness, mover });
  await keepIssues({ forge }, movedBack, [
    { name: movedBack, title: 'the state branch was moved back', text },
  ]);
  return true;
}

/** Closes what `raiseAlarm` opened. */
export async function callOffAlarm(context: Pick<Context, 'forge'>): Promise<void> {
  await keepIssues(context, movedBack, []);
}

const badConfig = 'alarm:bad-config';

/** A config that cannot be read harms no ticket in particular; `broken` null closes what said so. */
export async function showConfig(context: Pick<Context, 'forge'>, broken: string | null): Promise<void> {
  const text = `\`bad-config\`: its last good version stays in force until it is mended.\n\n\`\`\`\n${broken}\n\`\`\``;
  const alarm = { name: badConfig, title: 'the configuration cannot be read', text };
  await keepIssues(context, badConfig, broken === null ? [] : [alarm]);
}

/** Opens an issue for each alarm that has none, and closes those about the same that are over. */
async function keepIssues(
  { forge }: Pick<Context, 'forge'>,
  about: string,
  alarms: readonly Alarm[],
): Promise<void> {
  const there = (await ownIssues(forge, aboutUs)).flatMap(({ number, body }) => {
    const name = markerOf(body);
    return name?.startsWith(about) ? { number, name } : [];
  });
  for (const { name, title, text } of alarms)
    if (!there.some((one) => one.name === name))
      await forge.createIssue(`Signalbox: ${title}`, `${marker(name)}\n${text}`, [aboutUs]);
  for (const { number, name } of there)
    if (!alarms.some((one) => one.name === name))
      await forge.updateIssue(number, { state: 'closed', state_reason: 'completed' });
}
