import { isoSeconds } from '../base/clock.ts';
import { SignalboxError } from '../base/errors.ts';
import { againMs, type Call, callMoments, callsOf } from '../ticket/calls.ts';
import type { Config } from '../ticket/config.ts';
import { breakerAlarm } from '../ticket/desk-words.ts';
import type { Desk, Ticket } from '../ticket/format.ts';
import {
  callAgainComment,
  callComment,
  marker,
  markerOf,
  movedBackAlarm,
  personsOf,
} from '../ticket/sentences.ts';
import { OwnComments } from './comments.ts';
import type { Context } from './context.ts';
import { ownIssues } from './own-issues.ts';
import { aboutUs } from './own-labels.ts';
import { may } from './people.ts';
import type { Issue, Snapshot } from './ports.ts';

/** What needs a person. */
interface Alarm {
  name: string;
  title: string;
  text: string;
}

/**
 * Calls people for what the ticket needs them for as it stands: they are mentioned, and assigned to the issue. Each thing
 * once, and once more when the first comment has stood for a day.
 */
export async function callPeople(context: Context, ticket: Ticket, comments: OwnComments): Promise<void> {
  const { config, forge } = context;
  const now = forge.now();
  for (const call of callsOf(ticket, await config())) {
    const { name, text, at, againAt } = call;
    if (at > now) continue;
    await callOnce(context, ticket, comments, call, (who) => callComment(name, who, text));
    const toldAt = Date.parse(comments.writtenAt(name) ?? '') || now;
    const again = againAt === null ? null : againAt + Math.max(0, toldAt - at);
    if (again === null) continue;
    if (again > now) context.showAgain(ticket.id, again - now);
    else {
      const once = { ...call, name: `again:${name}` };
      await callOnce(context, ticket, comments, once, (who) =>
        callAgainComment(once.name, who, text, isoSeconds(at)),
      );
    }
  }
}

/** Calls people once, by a comment with a marker of this name. */
export async function callOnce(
  context: Context,
  ticket: Ticket,
  comments: OwnComments,
  { name, title }: Pick<Call, 'name' | 'title'>,
  comment: (who: readonly string[]) => string,
): Promise<void> {
  const isNew = !comments.has(name);
  const who = isNew ? await peopleFor(context, ticket) : [];
  if (isNew) context.log.error(title, { ticket: ticket.id, call: name, who });
  // First of the two: a process that dies in between calls again, and to assign twice is once.
  if (isNew) await assign(context, comments.issue, who);
  await comments.once(name, comment(who));
}

/** Tells for which tickets people are to be called by the clock: the first time for all that is due, then for what came due since. */
export class CallClock {
  #to = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds, by the forge's clock */
  due(tickets: readonly Ticket[], config: Config, now: number): Ticket[] {
    const from = this.#to;
    this.#to = now;
    return tickets.filter((ticket) => callMoments(ticket, config).some((at) => at > from && at <= now));
  }
}

/** Who released the ticket, or owns it as a person, if they may write; else whom the config names. */
async function peopleFor({ config, forge }: Context, ticket: Ticket): Promise<readonly string[]> {
  const settings = await config();
  for (const login of personsOf(ticket, settings))
    if (may(await forge.permission(login), 'write')) return [login];
  return settings.people;
}

/** Teams can be called, not assigned. People are called by the comment even where GitHub refuses to assign them. */
async function assign(
  { forge, log }: Pick<Context, 'forge' | 'log'>,
  issue: number,
  who: readonly string[],
): Promise<void> {
  const logins = who.filter((one) => !one.includes('/'));
  if (logins.length === 0) return;
  try {
    await forge.assign(issue, logins);
  } catch (error) {
    if (!(error instanceof SignalboxError) || error.kind !== 'config') throw error;
    log.warn('people cannot be assigned', { issue, logins, error });
  }
}

/** A ticket whose issue was deleted or moved away has nowhere to call people: it gets an issue of ours for as long as it must. */
export async function showDetached(context: Context, ticket: Ticket): Promise<void> {
  const about = `alarm:${ticket.id}/`;
  const name = `${about}calls`;
  const due = callsOf(ticket, await context.config()).filter(({ at }) => at <= context.forge.now());
  const text = `The issue of ${ticket.id} was deleted or moved away, and it needs a person:`;
  await keepIssues(
    context,
    about,
    due.length > 0 ? [{ name, title: `${ticket.id} needs a person`, text }] : [],
  );
  const [issue] = due.length > 0 ? await ownIssues(context.forge, aboutUs, marker(name)) : [];
  if (issue) await callPeople(context, ticket, await OwnComments.read(context.forge, issue.number));
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
  const { branch, people } = await config();
  const pushes = await forge.pushes(`refs/heads/${branch}`).catch((error) => {
    log.warn('who moved the state branch cannot be asked', { error });
    return [];
  });
  // Only the newest: a branch that was moved back is where somebody else, long ago, had rightly put it.
  const [last] = pushes;
  const mover = last && (/^0*$/.test(last.after) ? null : last.after) === head ? last.actor : null;
  if (mover === null && patient) return false;
  const text = movedBackAlarm({ branch, head, witness, mover });
  const alarm = { name: movedBack, title: 'the state branch was moved back', text };
  await keepIssues({ forge, log }, movedBack, [alarm], people);
  return true;
}

/** Closes what `raiseAlarm` opened. */
export async function callOffAlarm(context: Pick<Context, 'forge' | 'log'>): Promise<void> {
  await keepIssues(context, movedBack, []);
}

const badConfig = 'alarm:bad-config';

/** A config that cannot be read harms no ticket in particular; `broken` null closes what said so. */
export async function showConfig(
  context: Pick<Context, 'forge' | 'log' | 'config'>,
  broken: string | null,
): Promise<void> {
  const text = `\`bad-config\`: its last good version stays in force until it is mended.\n\n\`\`\`\n${broken}\n\`\`\``;
  const alarm = { name: badConfig, title: 'the configuration cannot be read', text };
  const { people } = await context.config();
  await keepIssues(context, badConfig, broken === null ? [] : [alarm], people);
}

const breaker = 'alarm:breaker:';

/** A profile whose attempts failed in a row is nobody's ticket in particular: it gets an issue until it is resumed. */
export async function showBreakers(
  context: Pick<Context, 'forge' | 'log' | 'config'>,
  profiles: Desk['profiles'],
): Promise<void> {
  const alarms = Object.entries(profiles).flatMap(([agent, pause]) =>
    pause.breaker
      ? {
          name: `${breaker}${encodeURIComponent(agent)}`,
          title: `${agent} is paused, its attempts fail`,
          text: breakerAlarm(agent, pause),
        }
      : [],
  );
  const { people } = await context.config();
  await keepIssues(context, breaker, alarms, people);
}

/**
 * Opens an issue for each alarm that has none and calls `who` there, and once more when it has stood for a day; closes
 * those about the same that are over.
 */
async function keepIssues(
  context: Pick<Context, 'forge' | 'log'>,
  about: string,
  alarms: readonly Alarm[],
  who: readonly string[] = [],
): Promise<void> {
  const there = await issuesAbout(context, about);
  for (const alarm of alarms) {
    const known = there.find(({ name }) => name === alarm.name);
    if (known) await callOnceMore(context, known, alarm, who);
    else await openIssue(context, alarm, who);
  }
  for (const { number, name } of there)
    if (!alarms.some((one) => one.name === name))
      await context.forge.updateIssue(number, { state: 'closed', state_reason: 'completed' });
}

/** Two processes may open one at once: all but the lowest number go. */
async function openIssue(
  context: Pick<Context, 'forge' | 'log'>,
  { name, title, text }: Alarm,
  who: readonly string[],
): Promise<void> {
  const { forge } = context;
  const body = callComment(name, who, text);
  await assign(context, await forge.createIssue(`Signalbox: ${title}`, body, [aboutUs]), who);
  const [, ...doubles] = (await issuesAbout(context, name)).filter((one) => one.name === name);
  for (const { number } of doubles)
    await forge.updateIssue(number, { state: 'closed', state_reason: 'not_planned' });
}

async function callOnceMore(
  { forge }: Pick<Context, 'forge'>,
  { number, created }: Pick<Issue, 'number' | 'created'>,
  { name, text }: Alarm,
  who: readonly string[],
): Promise<void> {
  if (who.length === 0 || forge.now() < Date.parse(created) + againMs) return;
  const again = `again:${name}`;
  const comments = await OwnComments.read(forge, number);
  await comments.once(again, callAgainComment(again, who, text, created));
}

/** Alarms that stand, oldest first. */
async function issuesAbout(
  { forge }: Pick<Context, 'forge'>,
  about: string,
): Promise<{ number: number; name: string; created: string }[]> {
  return (await ownIssues(forge, aboutUs)).flatMap(({ number, body, created }) => {
    const name = markerOf(body);
    return name?.startsWith(about) ? { number, name, created } : [];
  });
}
