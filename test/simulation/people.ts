import { may } from '../../src/engine/people.ts';
import { priorities } from '../../src/ticket/format.ts';
import { parseQuarantinePath } from '../../src/ticket/paths.ts';
import { aDeferral, someTicket } from './deferrals.ts';
import { judge } from './judging.ts';
import { people } from './names.ts';
import { moveBack, pushEdit, pushNew } from './pushes.ts';
import type { World } from './world.ts';

/*
 * What people do, of their own accord and at any time: some of them more than they may.
 */

const form = '### What is to be done?\n\nwork\n\n### Who works on it?\n\nluci\n\n### Priority\n\nNormal';

/** Labels that stop a ticket. */
export const restrictiveLabels: readonly string[] = ['park', 'hold'];

/** Who may ask for it. */
function needed(kind: string): 'triage' | 'write' {
  return ['park', 'defer', 'hold', 'priority'].includes(kind) ? 'triage' : 'write';
}

const acts: Record<string, { weight: number; act: (world: World) => void | Promise<void> }> = {
  open: { weight: 3, act: open },
  label: {
    weight: 6,
    act: (world) => label(world, world.chance.weighted(world.mood.of({ park: 3, hold: 1, release: 4 }))),
  },
  unlabel: { weight: 1, act: unlabel },
  command: { weight: 5, act: (world) => command(world) },
  changeOfMind: { weight: 1.5, act: changeOfMind },
  talk: { weight: 1.5, act: talk },
  edit: { weight: 2.5, act: edit },
  close: { weight: 1, act: close },
  remove: { weight: 0.5, act: remove },
  pull: { weight: 2, act: closePull },
  pushWork: { weight: 1, act: pushWork },
  judge: { weight: 1, act: judge },
  sift: { weight: 1.5, act: sift },
  twin: { weight: 0.5, act: twin },
  cancelRun: { weight: 1, act: cancelRun },
  runAgain: { weight: 1, act: runAgain },
  pushEdit: { weight: 2, act: pushEdit },
  pushNew: { weight: 0.7, act: pushNew },
  moveBack: { weight: 0.2, act: moveBack },
  restore: { weight: 0.5, act: ({ oracle }) => oracle.restore() },
  switches: { weight: 0.6, act: switches },
};
const weights = Object.fromEntries(Object.entries(acts).map(([name, { weight }]) => [name, weight]));

export async function personActs(world: World): Promise<void> {
  await acts[world.chance.weighted(world.mood.of(weights))]?.act(world);
}

const anybody = ({ chance }: World) => chance.weighted({ lucienne: 4, wilma: 3, elmar: 2, visitor: 1 });
const anIssue = ({ chance, github }: World) =>
  chance.pick([...github.issues.values()].filter((one) => !one.is_pull_request))?.number ?? 0;
const mayDo = (who: string, what: 'triage' | 'write') => may(people[who] ?? 'none', what);

function open(world: World): void {
  const { chance, github } = world;
  if (github.issues.size - github.pulls.size >= 5) return;
  const author = chance.pick(['lucienne', 'wilma', 'elmar']);
  const controls = ['park', 'hold', 'release'].filter(() => chance.is(0.3));
  const labels = ['ticket', ...controls].sort(() => chance.next() - 0.5);
  const isReviewed = world.config.phases.review !== undefined;
  const chosen = isReviewed ? `${form}\n\n### Phases\n\ndev, review` : form;
  const number = github.openIssue(author, 'A ticket', chosen, []);
  world.tell(`${author} opens #${number} with ${labels.join(', ')}`);
  for (const one of labels) label(world, one, author, number);
}

function label(world: World, kind: string, who: string = anybody(world), issue = anIssue(world)): void {
  const { github } = world;
  if (!mayDo(who, 'triage') || !github.issues.has(issue) || github.issues.get(issue)?.labels.includes(kind))
    return;
  world.tell(`${who} labels #${issue} ${kind}`);
  github.label(issue, kind, who);
  const event = github.events.get(issue)?.at(-1);
  world.asks({ issue, kind, source: `e${event?.id}`, mayAsk: mayDo(who, needed(kind)) });
}

function unlabel(world: World): void {
  const [issue, who] = [anIssue(world), anybody(world)];
  const gone = world.chance.pick(['park', 'hold', 'release', 'ticket']);
  if (!mayDo(who, 'triage')) return;
  world.tell(`${who} takes ${gone} off #${issue}`);
  world.github.unlabel(issue, gone, who);
}

/** What makes sense to say, as a ticket stands. People say the rest, too, but less often. */
const fitting: Readonly<Record<string, readonly string[]>> = {
  inbox: ['release', 'release', 'park', 'defer', 'after', 'hold', 'cancel', 'tell'],
  todo: ['park', 'defer', 'after', 'hold', 'cancel', 'tell', 'interrupt', 'priority'],
  in_progress: [
    'park',
    'park',
    'defer',
    'afterAndPark',
    'after',
    'hold',
    'cancel',
    'tell',
    'interrupt',
    'interrupt',
    'priority',
  ],
  waiting: ['release', 'release', 'answer', 'park', 'defer', 'after', 'cancel', 'tell'],
  blocked: ['retry', 'after', 'release', 'hold', 'cancel', 'tell'],
  review: ['approve', 'after', 'reject', 'park', 'cancel', 'tell', 'interrupt', 'priority'],
};

function aCommand({ chance, mood, oracle }: World, issue: number): string {
  const { state = '', waiting, after = [] } = oracle.lastOf(issue) ?? {};
  if (waiting?.kind === 'question' && chance.is(0.5)) return 'answer';
  if (state === 'in_progress' && after.length > 0 && chance.is(0.3)) return 'after';
  const fits = chance.is(0.6) ? fitting[state] : undefined;
  return fits ? chance.pick(fits) : chance.weighted(mood.of(commands));
}

const commands = {
  park: 3,
  defer: 4,
  after: 1,
  afterAndPark: 0.3,
  hold: 1,
  release: 4,
  retry: 1,
  cancel: 0.3,
  answer: 1,
  tell: 1,
  interrupt: 1.5,
  approve: 1,
  reject: 1,
  priority: 1.5,
};

/** Where somebody says something: mostly on an issue, sometimes on a pull request, which speaks of the same ticket. */
function somewhere(world: World): number {
  const pulls = [...world.github.pulls.keys()];
  return pulls.length > 0 && world.chance.is(0.1) ? world.chance.pick(pulls) : anIssue(world);
}

function command(
  world: World,
  issue = somewhere(world),
  chosen: string = aCommand(world, issue),
  who: string = anybody(world),
): void {
  const { chance, github } = world;
  if (!github.issues.has(issue)) return;
  const deferral = aDeferral(world);
  const other = someTicket(world);
  // None is added to what is worked on, but taken from it.
  const isWorked = world.oracle.lastOf(issue)?.state === 'in_progress';
  const texts: Record<string, string> = {
    answer: '/answer blue',
    defer: `/park ${deferral.words}`,
    after: `/after ${chance.is(isWorked ? 0.7 : 0.3) ? 'nothing' : other}`,
    afterAndPark: `/after ${other} and park`,
    tell: '/tell mind the rake',
    interrupt: '/interrupt the other shed',
    priority: `/priority ${chance.pick(priorities)}`,
  };
  const body = texts[chosen] ?? `/${chosen}`;
  const kind = chosen === 'defer' || chosen === 'afterAndPark' ? 'park' : chosen;
  world.tell(`${who} says ${body} on #${issue}`);
  const { id } = github.comment(issue, body, who);
  const defers = chosen === 'defer' && deferral.defers;
  const pull = github.pulls.get(issue);
  const about = pull ? { issue: null, ticket: pull.head.replace('ticket/', '') } : { issue };
  world.asks({ ...about, kind, defers, source: `c${id}`, mayAsk: mayDo(who, needed(chosen)) });
}

/** Somebody stops what is being worked on, and a moment later lets it go on. */
function changeOfMind(world: World): void {
  const { chance, github, schedule, agents } = world;
  const agent = agents[0];
  const hangs = agent && chance.is(0.3) ? world.live.find((runner) => runner.agent === agent) : undefined;
  if (hangs) {
    world.tell(`the machine of run ${hangs.run.id} is cut off`);
    hangs.machine.isCutOff = true;
  }
  const issue = (agent && world.oracle.last(agent.ticket)?.issue) ?? anIssue(world);
  if (!github.issues.has(issue)) return;
  command(world, issue, chance.pick(['park', 'hold']), 'lucienne');
  schedule.now += 1_000 + chance.below(2_000);
  command(world, issue, 'release', 'lucienne');
}

function talk(world: World): void {
  const [issue, who] = [anIssue(world), anybody(world)];
  world.tell(`${who} says DONE on #${issue}`);
  world.github.comment(issue, 'DONE: by the way', who);
}

function edit(world: World): void {
  const [issue, who] = [anIssue(world), anybody(world)];
  if (!mayDo(who, 'write')) return;
  world.tell(`${who} edits #${issue}`);
  world.github.update(issue, { title: `Ticket ${world.github.id()}` }, who);
}

function close(world: World): void {
  const { github } = world;
  const issue = anIssue(world);
  if (!github.issues.has(issue)) return;
  const isOpen = github.issues.get(issue)?.state === 'open';
  world.tell(`lucienne ${isOpen ? 'closes' : 'reopens'} #${issue}`);
  const isDone = world.chance.is(0.3);
  const closed = { state: 'closed', state_reason: isDone ? 'completed' : 'not_planned' } as const;
  const opened = { state: 'open', state_reason: 'reopened' } as const;
  github.update(issue, isOpen ? closed : opened, 'lucienne');
  const event = github.events.get(issue)?.at(-1);
  const kind = isOpen ? (isDone ? 'approve' : 'cancel') : 'reopen';
  world.asks({ issue, kind, source: `e${event?.id}`, mayAsk: true });
}

function remove(world: World): void {
  const issue = anIssue(world);
  world.tell(`lucienne deletes #${issue}`);
  world.github.deleteIssue(issue, 'lucienne');
  world.asks({ issue, kind: 'park', source: 'deleted', mayAsk: true });
}

/** Somebody looks through the quarantine. */
async function sift(world: World): Promise<void> {
  const { chance, github, oracle } = world;
  const { quarantine } = await oracle.read();
  const entry = parseQuarantinePath(chance.pick(quarantine) ?? '');
  const issue = entry ? oracle.last(entry.id)?.issue : null;
  if (!entry || !issue || !github.issues.has(issue)) return;
  const [who, kind] = [anybody(world), chance.pick(['accept', 'discard'])];
  const body = `/${kind} ${entry.digest.slice(0, 8)}`;
  world.tell(`${who} says ${body} on #${issue}`);
  const { id } = github.comment(issue, body, who);
  world.asks({ issue, kind, source: `c${id}`, mayAsk: mayDo(who, 'write') });
}

async function closePull(world: World): Promise<void> {
  const { chance, github } = world;
  const open = [...github.pulls.keys()].filter((number) => github.issues.get(number)?.state === 'open');
  if (open.length === 0) return;
  const number = chance.pick(open);
  const isMerged = chance.is(0.6);
  world.tell(`wilma ${isMerged ? 'merges' : 'closes'} pull request ${number}`);
  if (isMerged) await github.merge(number, 'wilma');
  else github.update(number, { state: 'closed' }, 'wilma');
}

/** Somebody adds a commit to a ticket's branch; GitHub tells, or not. */
async function pushWork(world: World): Promise<void> {
  const { chance, github } = world;
  const refs = [...github.remote.refs.keys()].filter((ref) => ref.startsWith('refs/heads/ticket/'));
  if (refs.length === 0) return;
  const ref = chance.pick(refs);
  const before = github.remote.refs.get(ref) ?? '';
  const commit = await github.commit([before], 'their own');
  world.tell(`wilma pushes ${commit} to ${ref}`);
  github.push(ref, commit, 'wilma');
}

/** A second run of what was asked for once: by somebody's hand, or GitHub's. */
function twin(world: World): void {
  const { chance, github } = world;
  const runs = [...github.runs.values()];
  if (runs.length === 0) return;
  const { inputs, title } = chance.pick(runs.slice(-3));
  world.tell(`${title} is dispatched once more`);
  github.dispatch(inputs);
}

function cancelRun(world: World): void {
  const runs = [...world.github.runs.values()].filter(({ status }) => status !== 'completed');
  if (runs.length === 0) return;
  const run = world.chance.pick(runs);
  world.tell(`wilma presses Cancel on run ${run.id}`);
  world.cancelled.add(run.id);
  world.github.pressCancel(run);
}

function runAgain(world: World): void {
  const runs = [...world.github.runs.values()].filter(({ status }) => status === 'completed');
  if (runs.length === 0) return;
  const run = world.chance.pick(runs);
  world.tell(`wilma runs ${run.id} again`);
  world.github.runAgain(run);
}

function switches(world: World): void {
  const issue = anIssue(world);
  const word = world.chance.weighted({ pause: 1, drain: 1, resume: 3 });
  if (!world.github.issues.has(issue)) return;
  world.tell(`lucienne says /${word} on #${issue}`);
  world.github.comment(issue, `/${word}`, 'lucienne');
  if (word === 'drain') world.drained = true;
}
