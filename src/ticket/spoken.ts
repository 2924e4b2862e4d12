// Stryker disable StringLiteral: words for people, not rules
/*
 * What people say to a ticket in so many words: one vocabulary for comments (`/park until monday`) and for the command
 * line (`signalbox park MC-4159 until monday`). The documentation is made from it, too.
 */

/** What stands behind the word. */
type Takes =
  | 'nothing'
  | 'condition'
  | 'tickets'
  | 'reason'
  | 'text'
  | 'entry'
  | 'priority'
  | 'report'
  | 'profile'
  | 'option'
  | 'phases';

interface Spoken {
  name: string;
  takes: Takes;
  /** Where it is said: in comments alone, or in a clone too. `of` the desk it needs no ticket. */
  where: 'comment' | 'both';
  of: 'ticket' | 'desk';
  /** In one line. */
  summary: string;
  /** What it does, in a few. */
  about: string;
  /** Words that may stand behind it. */
  example: string;
}

const ticket = { where: 'both', of: 'ticket' } as const;
const desk = { where: 'both', of: 'desk', takes: 'profile', example: 'luci' } as const;

export const spoken = [
  {
    ...ticket,
    name: 'park',
    takes: 'condition',
    summary: 'stop now, and wait',
    about: `What runs is stopped, and the ticket waits for a release. With a condition it is deferred, and wakes by itself: until a
time (in the time zone of the config, or one that you name), when an agent is idle, when fewer than so many of an agent run,
when everything that is checked at the head of a branch is green, or after other tickets are done; some of them joined by "and", or by "or". How it was understood is said back. What cannot be read parks
it all the same, without a condition. What else is said is the reason.`,
    example: 'until 2026-06-01 9:00',
  },
  {
    ...ticket,
    name: 'after',
    takes: 'tickets',
    summary: 'say which tickets must be done before an agent takes it',
    about: `Exactly these from now on; "nothing" takes all away. One that is worked on gets no more of them, unless "and park" stops it. A
circle of tickets that wait for each other is refused.`,
    example: 'MC-1, MC-2',
  },
  {
    ...ticket,
    name: 'blockers',
    where: 'comment',
    takes: 'nothing',
    summary: 'the same, with the tickets of the issues that block it on GitHub',
    about: `Read once, from what GitHub shows of its issue under "Blocked by", and as of now: what is changed there later counts when it is
said again. An issue that is closed blocks nothing. One that is no ticket cannot be waited for: then nothing is changed, and it is named.`,
    example: '',
  },
  {
    ...ticket,
    name: 'hold',
    takes: 'nothing',
    summary: 'let what runs finish, then wait',
    about: 'Nothing is stopped, and nothing new starts until a release.',
    example: '',
  },
  {
    ...ticket,
    name: 'release',
    takes: 'nothing',
    summary: 'let an agent take it',
    about: 'Out of the inbox, of waiting or of blocked; it lifts a hold, and fixes the text as it is now.',
    example: '',
  },
  {
    ...ticket,
    name: 'retry',
    takes: 'nothing',
    summary: 'let a blocked ticket try once more',
    about: 'It grants further attempts (limits.granted_retries).',
    example: '',
  },
  {
    ...ticket,
    name: 'priority',
    where: 'comment',
    takes: 'priority',
    summary: 'say how urgent it is',
    about: 'Agents take the most urgent first; what runs goes on. In a clone: `signalbox edit --priority`.',
    example: 'high',
  },
  {
    ...ticket,
    name: 'phases',
    where: 'comment',
    takes: 'phases',
    summary: 'choose what it goes through, and in which order',
    about: 'Phases of the config, while nothing works on it. In a clone: `signalbox edit --phases`.',
    example: 'dev, review, signoff',
  },
  {
    ...ticket,
    name: 'cancel',
    takes: 'reason',
    summary: 'stop now, and close it as not planned',
    about: 'What runs is stopped. What was done is kept, and the ticket may be reopened.',
    example: 'It is not needed any more.',
  },
  {
    ...ticket,
    name: 'approve',
    takes: 'nothing',
    summary: 'accept the work under review',
    about: 'It meets the gate `person`, for the work as it is now. Not by whose work it is, or whose ticket.',
    example: '',
  },
  {
    ...ticket,
    name: 'decide',
    takes: 'option',
    summary: 'choose one of the options that its phase waits for',
    about:
      'It meets the gate `decision`: an option by its number, or in its own words. The next attempt is told.',
    example: '2',
  },
  {
    ...ticket,
    name: 'reject',
    takes: 'reason',
    summary: 'send the work under review back, with what is missing',
    about: 'It goes back to the phase that the config names, and the next attempt is given the words.',
    example: 'There is no test.',
  },
  {
    ...ticket,
    name: 'reopen',
    takes: 'nothing',
    summary: 'bring a closed ticket back into the inbox',
    about: 'The same is to reopen its issue.',
    example: '',
  },
  {
    ...ticket,
    name: 'tell',
    takes: 'text',
    summary: "leave a message for a ticket's agent",
    about: `A busy agent is not interrupted: it gets the message when it asks for messages, or the next attempt has it in its
prompt. What the ticket's status comment says of it tells which attempt was given it.`,
    example: 'The report is for the whole fleet.',
  },
  {
    ...ticket,
    name: 'interrupt',
    takes: 'text',
    summary: 'stop the attempt in hand and start anew with a message',
    about: `The next attempt begins once the run of this one was seen to end, and costs no retry. Where nothing runs the message waits
for the next attempt, and that is said.`,
    example: 'Leave the old report as it is.',
  },
  {
    ...ticket,
    name: 'answer',
    takes: 'text',
    summary: "answer the question of a ticket's agent",
    about: `The ticket goes on, and the next attempt is given the answer: your words, or one of the options by its number. Where the
ticket was parked since it asked, the answer is kept and it waits on.`,
    example: '2',
  },
  {
    ...ticket,
    name: 'report',
    takes: 'report',
    summary: 'say how work that is done elsewhere stands',
    about: `Of a mirror ticket (mirror: true, or signalbox new --mirror): todo, in progress, waiting, blocked, review, done or cancelled, and
what there is to say of it, with an address. One that people had wait here is woken by no report, which is kept all the same.`,
    example: 'review https://ci.example.org/runs/17 All checks are green.',
  },
  {
    ...ticket,
    name: 'accept',
    where: 'comment',
    takes: 'entry',
    summary: 'let a refused signal count, as of now and as your act',
    about: 'In a clone: `signalbox quarantine accept`.',
    example: '3fa9c0de',
  },
  {
    ...ticket,
    name: 'discard',
    where: 'comment',
    takes: 'entry',
    summary: "take a refused signal out of quarantine; the branch's history keeps it",
    about: 'In a clone: `signalbox quarantine discard`.',
    example: '3fa9c0de',
  },
  {
    ...ticket,
    name: 'status',
    where: 'comment',
    takes: 'nothing',
    summary: 'say why it runs or not',
    about: 'In a clone: `signalbox explain`.',
    example: '',
  },
  {
    ...desk,
    name: 'pause',
    summary: 'start nothing on the whole desk, or with one agent',
    about: 'What runs goes on. Behind the name of an agent profile may stand why.',
  },
  {
    ...desk,
    name: 'drain',
    summary: 'start nothing on the whole desk, or with one agent, and park what runs',
    about: 'What was parked so waits for a release.',
  },
  {
    ...desk,
    name: 'resume',
    summary: 'let the desk, or one agent, start tickets again',
    about:
      'After a pause or a drain, and of an agent after any pause: of a person, by its provider, or by failures. A resume of the desk resumes no agent that was paused by itself.',
  },
] as const satisfies readonly Spoken[];

export type SpokenName = (typeof spoken)[number]['name'];
type Spoke = (typeof spoken)[number];

/** The names of those that take such words. */
export type NameTaking<T extends Takes> = Extract<Spoke, { takes: T }>['name'];

/** What stands behind a word in its usage. */
export const usageOf: Record<Takes, string> = {
  nothing: '',
  condition:
    '[until <time> | when <agent> is idle [for <minutes> minutes] | when checks: <branch> | after <tickets> are done] [reason]',
  tickets: '<tickets> [and park] | nothing',
  reason: '[reason]',
  text: '<text>',
  entry: '<digest>',
  priority: 'urgent | high | normal | low',
  report: '<state> [words, and an address]',
  profile: '[agent] [reason]',
  option: '<option>',
  phases: '<phase>, <phase>, …',
};
