// Stryker disable StringLiteral: words for people, not rules
import { isoSeconds } from '../base/clock.ts';
import { obstacles } from './claim.ts';
import { conditionWords, faultWords } from './condition-words.ts';
import type { Config } from './config.ts';
import { partLines } from './family.ts';
import type { ClosedAttempt, Isolation, Quarantined, Report, Ticket, Waiting } from './format.ts';
import { reviewWords } from './gate-words.ts';
import type { Circumstances } from './landing.ts';
import { givenTo, messageLines } from './message-words.ts';
import { reportLines, whoReports } from './outside-words.ts';
import { wokenWords } from './park-words.ts';
import { quarantinePath, ticketPath } from './paths.ts';
import { shownBefore } from './pull-words.ts';
import { expiryOf } from './questions.ts';
import { harmless, quote } from './quotes.ts';
import { artifactPlace, workPlace } from './report.ts';
import { optionLines, saidLines } from './said-words.ts';
import { standing, stateWords } from './states.ts';
import { judgedWords } from './verdict-words.ts';

/*
 * Every sentence that Signalbox writes on an issue. Each comment of ours begins with a hidden marker: by it we find our
 * own comments again, and a marker counts only in a comment that the app itself wrote.
 */

/** The marker of one comment of ours: `status`, `evidence:3`, `quarantine:<digest>`. */
export function marker(name: string): string {
  return `<!-- signalbox:${name} -->`;
}

/** The marker's name a comment begins with, if it begins with one. */
export function markerOf(body: string): string | null {
  return /^<!-- signalbox:(\S+) -->/.exec(body)?.[1] ?? null;
}

/** The one comment that is kept current: where the ticket stands and what comes next. */
export function statusComment(ticket: Ticket, circumstances: Circumstances): string {
  const { attempt } = ticket;
  const lines = [`**${ticket.id}** is **${standing(ticket.state)}**${ticket.hold ? ', and held' : ''}.`, ''];
  if (attempt) {
    const run = attempt.run ? `[run ${attempt.run.id}](${attempt.run.url})` : 'its run has not started yet';
    const open = attempt.run?.isolation === 'none' ? ' Isolation: `none`.' : '';
    lines.push(
      `Attempt ${attempt.number} (${harmless(attempt.phase)}) by ${harmless(attempt.agent)}: ${run}.${open}`,
    );
  }
  for (const old of ticket.attempts.filter(({ stopped }) => stopped === null)) {
    lines.push(
      `Attempt ${old.number} is being stopped${old.run ? ` ([run ${old.run.id}](${old.run.url}))` : ''}.`,
    );
  }
  if (ticket.woken) lines.push(wokenWords(ticket.woken));
  lines.push(...partLines(circumstances.view.partsOf(ticket)));
  lines.push(...reportLines(ticket), ...messageLines(ticket), nextAction(ticket, circumstances));
  const expiry = expiryOf(ticket, circumstances.config);
  if (expiry !== null) lines.push(`Without an answer the ticket is blocked at ${isoSeconds(expiry)}.`);
  return `${marker('status')}\n${lines.join('\n')}`;
}

/** What happens next, or who can change it. The same answer on every surface. */
export function nextAction(ticket: Ticket, circumstances: Circumstances): string {
  switch (ticket.state) {
    case 'inbox':
      return 'Next: somebody with write access adds the `release` label or comments `/release`.';
    case 'todo': {
      const why = obstacles(ticket, circumstances);
      if (why.length === 0) return 'Next: an agent takes it.';
      return ['Not started:', ...why.map(({ code, message }) => `- \`${code}\` ${harmless(message)}`)].join(
        '\n',
      );
    }
    case 'in_progress':
      if (ticket.mirror) return `Next: ${whoReports}`;
      return 'Next: the agent ends with a verdict. `park` stops it now; `hold` lets it finish, then waits; `/tell <text>` leaves it a message, and `/interrupt <text>` starts it anew with one.';
    case 'waiting':
      return waitingWords(ticket, circumstances);
    case 'blocked':
      return `Blocked ${blockedWords(ticket.blocked)}\n\nNext: \`/retry\` or \`/release\` by somebody with write access.`;
    case 'review':
      return reviewWords(ticket, circumstances.config);
    default:
      return 'Nothing is left to do. Reopen the issue to begin again.';
  }
}

function blockedWords(blocked: Ticket['blocked']): string {
  return `(\`${blocked?.code ?? 'internal'}\`):\n${quote(blocked?.reason ?? '')}`;
}

function waitingWords({ id, waiting }: Ticket, here: Circumstances): string {
  if (!waiting) return 'Waiting.';
  const who = `by ${waiting.by} since ${waiting.since}`;
  const why = waiting.reason ? `:\n${quote(waiting.reason)}` : '.';
  if (waiting.kind === 'question') return asked('The agent asks:', waiting);
  if (waiting.when) {
    const faults = faultWords(waiting.when, id, here).map(
      (words) => `\n\`bad-condition\` ${harmless(words)}`,
    );
    return `Deferred ${harmless(conditionWords(waiting.when))}, ${who}${why}${faults.join('')}`;
  }
  return `Parked ${who}${why}\n\nNext: only a new \`release\` wakes it.`;
}

/**
 * How an attempt ended that did not complete: by whom, when, from which run, and where the work is kept; with its
 * terminal report, where it has one. Written once the run was seen to end.
 */
export function evidenceComment(ticket: Ticket, attempt: ClosedAttempt): string {
  const { number, report, outcome, said } = attempt;
  const run = attempt.run
    ? `Run: [${attempt.run.id}](${attempt.run.url}), run attempt ${attempt.run.run_attempt}`
    : 'Run: none had started an agent';
  const place = workPlace(ticket, attempt);
  const how = report ? 'ended without a completion' : attempt.signal ? 'ended' : 'was stopped';
  return [
    marker(`evidence:${number}`),
    `**Attempt ${number} of ${ticket.id} ${how}: ${outcome}.**`,
    '',
    ...(report ? terminalLines(report) : []),
    `- By: ${harmless(attempt.by)}, at ${attempt.ended}`,
    `- From: in progress (${harmless(attempt.phase)}, by ${harmless(attempt.agent)}, started ${attempt.started})${judgedWords(attempt)}`,
    `- ${run}`,
    attempt.signal && !report
      ? `- Said so ${attempt.ended}, its run was seen to have ended ${attempt.stopped}`
      : `- Stop asked ${attempt.ended}, seen to have ended ${attempt.stopped}`,
    ...(attempt.run?.isolation ? [`- Isolation: ${isolationWords[attempt.run.isolation]}`] : []),
    ...(attempt.run && !report?.artifacts.includes(`work: ${place}`) ? [`- Work kept: ${place}`] : []),
    ...shownBefore(ticket),
    ...givenTo(ticket, number),
    ...(report
      ? [...listed('Next actions', report.next_actions), ...listed('Artifacts', report.artifacts)]
      : []),
    ...saidLines(said, artifactPlace(ticket, attempt)),
    ...(report ? ['- Summary:', quote(report.summary)] : []),
    ...(attempt.reason && !report
      ? [attempt.signal ? '- It said:' : '- Reason:', quote(attempt.reason)]
      : []),
  ].join('\n');
}

const isolationWords: Record<Isolation, string> = {
  user: '`user`, its agent had a user of its own',
  none: "`none`, its agent ran as the job's own user, since it got none of its own (that takes root or `sudo`): it could read what the job can, the token included",
};

function terminalLines(report: Report): string[] {
  const [, code = '', meaning = ''] = /^([a-z-]+): (.*)$/s.exec(report.root_cause) ?? [];
  return [
    `- Status: ${report.status}`,
    `- Root cause: \`${code}\` ${harmless(meaning)}`,
    `- Stop condition: ${harmless(report.stop_condition)}`,
    `- Safe to retry: ${report.safe_retry ? 'yes' : 'no'}`,
    `- Human input required: ${report.human_input_required ? 'yes' : 'no'}`,
  ];
}

function listed(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`- ${title}:`, ...lines.map((line) => `  - ${harmless(line)}`)];
}

/** A signal that was refused, or a pushed change that did not stand. */
export function quarantineComment(entry: Quarantined): string {
  const { ticket, attempt, digest, code, channel, actor, signal, at } = entry;
  const said = 'unreadable' in signal ? signal.unreadable : `${signal.kind.toUpperCase()}: ${signal.summary}`;
  const what =
    channel === 'push'
      ? `**A change that ${actor} pushed did not stand: \`${code}\`.**`
      : `**A signal of attempt ${attempt} was not accepted: \`${code}\`.**`;
  const state = entry.state === 'none' ? 'not there' : stateWords(entry.state as Ticket['state']);
  return [
    marker(`quarantine:${digest}`),
    `${what} ${harmless(entry.reason)}`,
    '',
    `The ticket was ${state} at ${at}. It came by ${channel}. Nothing of it counts; it is kept whole in \`${quarantinePath(ticket, attempt, digest)}\`.`,
    '',
    quote(said),
    '',
    quarantineRule,
    quarantineWays(entry),
  ].join('\n');
}

/** Below it stands what may be done, and later what was. */
const quarantineRule = '---';

/** How a person takes what lies in quarantine out of it. */
function quarantineWays({ digest, channel, signal }: Quarantined): string {
  const name = digest.slice(0, 12);
  const out = `\`/discard ${name}\` takes it out of quarantine`;
  const isAcceptable = channel !== 'push' && !('unreadable' in signal) && signal.kind !== 'failed';
  const count = `To have it count after all, as of now: \`/accept ${name}\`. `;
  return `${isAcceptable ? count : ''}${out}; the branch's history keeps it. Both need write access.`;
}

/** The same comment once what it tells of lies in quarantine no more. */
export function settledQuarantine(body: string, digest: string, ticket: Ticket): string {
  const accepted = ticket.attempts.find((one) => one.accepted?.digest === digest)?.accepted;
  const at = ticket.seen[digest];
  const words = accepted
    ? `**Accepted** by ${accepted.by} at ${accepted.at}.`
    : `Taken out of quarantine${at ? ` at ${at}` : ''}; the branch's history keeps it.`;
  const above = body.split(`\n${quarantineRule}\n`)[0] ?? body;
  return [above, quarantineRule, words].join('\n');
}

/** An answer to a request that was refused or overtaken; `source` keeps it to one. */
export function refusalComment(source: string, actor: string, code: string, message: string): string {
  return `${marker(`refused:${source}`)}\n@${actor}: \`${code}\` ${message}`;
}

/** An edit of the issue that the ticket did not take. */
export function untakenTextComment(id: string, code: string, message: string): string {
  return `${marker(`text:${code}`)}\n\`${code}\` ${message}\nAn agent is told what stands in \`${ticketPath(id)}\`, not what was written here since.`;
}

/** That a ticket is blocked. */
export function blockedAlarm({ id, blocked }: Ticket): string {
  return `**${id} is blocked** ${blockedWords(blocked)}`;
}

/** That an agent asks something. */
export function questionCall(id: string, waiting: Waiting): string {
  return asked(`**The agent of ${id} asks:**`, waiting);
}

function asked(lead: string, { question = '', options }: Waiting): string {
  return [lead, quote(question), ...optionLines(options), '', 'Next: `/answer <text>`.'].join('\n');
}

/** Why a ticket is blocked whose question nobody answered. */
export function unansweredReason(question: string, days: number): string {
  return `Nobody answered within ${days} day${days === 1 ? '' : 's'}. To go on, \`/tell\` the answer, then \`/retry\`. Its agent asks:\n${question}`;
}

/** That a stop does not take. */
export function unstoppedAlarm({ number, run, ended }: ClosedAttempt): string {
  const which = run ? `[run ${run.id}](${run.url})` : 'its run';
  return `**Attempt ${number} does not stop.** ${which} was asked to end at ${ended} and has not been seen to. End it by hand.`;
}

/** A comment that calls people, by login or as `organization/team`. */
export function callComment(name: string, who: readonly string[], text: string): string {
  const called = who.length > 0 ? `${who.map((one) => `@${one}`).join(' ')}: ` : '';
  return `${marker(name)}\n${called}${text}`;
}

/** The same once more, when nothing has come of it; `since` (ISO) is when people were to be called first. */
export function callAgainComment(name: string, who: readonly string[], text: string, since: string): string {
  return callComment(name, who, `still so since ${since}. ${text}`);
}

/** That a run is alive for an attempt that is over, and does not end. */
export function strayAlarm({ number }: ClosedAttempt, run: { id: number; url: string }): string {
  return `**[Run ${run.id}](${run.url}) does not stop.** It was started for attempt ${number}, which is over, and was asked to end. End it by hand.`;
}

/** That the state branch was moved back, deleted or replaced: who did (null where nobody can tell), and the way out. */
export function movedBackAlarm(moved: {
  branch: string;
  head: string | null;
  witness: string | null;
  mover: string | null;
}): string {
  const { branch, head, witness, mover } = moved;
  const who = mover ? `by GitHub's record @${mover}` : 'somebody (GitHub does not tell who)';
  const [deed, where] = head === null ? ['deleted', ''] : ['moved', ` to ${head}`];
  return [
    `\`head-moved-back\`: ${who} ${deed} the state branch \`${branch}\`${where}. What Signalbox published last (${witness}) is not there any more.`,
    '',
    'Nothing is decided, started or stopped until it is put back. Anybody who may push does that in a clone of this repository:',
    '',
    '```',
    'signalbox doctor --restore',
    '```',
    '',
    'It keeps what lies on the branch now in its history, and may be repeated. By git alone, without keeping that:',
    '',
    '```',
    'git fetch origin refs/signalbox/witness',
    `git push --force origin FETCH_HEAD:refs/heads/${branch}`,
    '```',
  ].join('\n');
}

/** A ticket whose file cannot be read. */
export function brokenComment(path: string, code: string, message: string, digest: string): string {
  return `${marker(`broken:${digest}`)}\n\`${code}\`: \`${path}\` cannot be read:\n${quote(message)}\n\nNothing happens to this ticket until the file is mended; it is never rewritten by Signalbox.`;
}

/** Who is called first where a ticket needs a person, if they still may do something about it. */
export function personsOf(ticket: Ticket, config: Config): string[] {
  const isPersons = ticket.owner !== null && !Object.hasOwn(config.agents, ticket.owner);
  return [ticket.released?.by, isPersons ? ticket.owner : null].flatMap((one) => one ?? []);
}
