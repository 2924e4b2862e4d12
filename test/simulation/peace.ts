import type { Ticket } from '../../src/ticket/format.ts';
import { parseQuarantinePath } from '../../src/ticket/paths.ts';
import { stateWords } from '../../src/ticket/states.ts';
import { intervals } from './config.ts';
import { quiet } from './machine.ts';
import type { Oracle } from './oracle.ts';
import { mend } from './pushes.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

const well = { well: 1, fails: 0, 'answer lost': 0 };
/** Milliseconds without anything being published until the world counts as settled: longer than from sweep to sweep. */
const calmMs = 7 * 60_000;
const ringsMax = 5_000;
/** Calls between two timers. */
const callsMax = 5_000;

/** Leaves the world in peace: no fault, no person, no delivery. It must come to rest, and then all must agree. */
export async function checkPeace(world: World, oracle: Oracle): Promise<void> {
  world.tell('peace');
  oracle.peaceSince = world.schedule.now;
  Object.assign(world.github, { refusing: 0, swallowing: 0, hasNoWorkflow: false });
  if (world.apps.length === 0) world.startApp();
  await oracle.restore();
  await mend(world);
  await settle(world, oracle);
  // A late pause takes effect, whatever resume was read before: so the desk is opened once all is read.
  const { issues } = world.github;
  const isShown = ({ issue }: Ticket) => issue !== null && issues.has(issue);
  if (![...(await oracle.tickets()).values()].some(isShown))
    world.github.openIssue('lucienne', 'Where those of all tickets were deleted', '', ['ticket']);
  for (const [issue] of issues) world.github.comment(issue, '/resume', 'lucienne');
  await settle(world, oracle);
  const tickets = await oracle.tickets();
  for (const ticket of tickets.values()) {
    oracle.conditions.checkRest(ticket);
    checkTicket(world, ticket);
  }
  const { signals, quarantine } = await oracle.read();
  const accepted = new Set(
    [...tickets.values()].flatMap(({ attempts }) => attempts.map(({ signal }) => signal)),
  );
  for (const path of quarantine)
    if (accepted.has(parseQuarantinePath(path)?.digest ?? ''))
      throw new Violation('S5', `what lies in ${path} was accepted, too`);
  if (signals.length > 0)
    throw new Violation('S6', `signals were never decided: ${signals.map(({ place }) => place)}`);
  for (const [number, issue] of world.github.issues) {
    const isTicket = [...tickets.values()].some((ticket) => ticket.issue === number);
    const status = (world.github.comments.get(number) ?? []).filter(
      ({ ours, body }) => ours && body.startsWith('<!-- signalbox:status'),
    );
    if (status.length > (isTicket ? 1 : 0))
      throw new Violation('S11', `#${number} has ${status.length} status comments`);
    if (isTicket && status.length === 0)
      throw new Violation('S9', `#${number} has no status comment (${issue.state})`);
  }
}

async function settle(world: World, oracle: Oracle): Promise<void> {
  const { schedule, github } = world;
  let since = schedule.now;
  for (let rings = 0; schedule.now - since < calmMs; rings++) {
    if (rings > ringsMax) throw new Violation('S9', 'it never comes to rest');
    github.deliveries.length = 0;
    const before = github.remote.refs.get(github.remote.stateRef);
    for (let calls = 0; schedule.calls.length > 0; calls++) {
      if (calls > callsMax) throw new Violation('S7', 'it asks GitHub again and again');
      await world.answerOne(well);
      await oracle.check();
    }
    while (world.queued.length > 0) world.startRun();
    while (world.agents.some(({ hangs, machine }) => !hangs && !machine.isWedged))
      await world.endAgent('done');
    schedule.ring();
    await quiet();
    world.actions();
    await oracle.check();
    checkEnds(world, oracle);
    const isBusy = world.live.length > 0;
    if (isBusy || before !== github.remote.refs.get(github.remote.stateRef)) since = schedule.now;
  }
}

/** A run whose end no webhook told is found by a sweep, and not only when its attempt's time is over. */
function checkEnds({ github, schedule }: World, oracle: Oracle): void {
  for (const { id, attempt } of oracle.lastAll()) {
    const run = github.runs.get(attempt?.run?.id ?? 0);
    if (run?.status !== 'completed') continue;
    const unseen = schedule.now - Math.max(Date.parse(run.updated), oracle.peaceSince);
    if (unseen > 2 * intervals.sweep)
      throw new Violation('S9', `nobody has seen for ${unseen / 1000} s that run ${run.id} of ${id} ended`);
  }
}

function checkTicket(world: World, { id, state, attempt, attempts, issue }: Ticket): void {
  if (attempt) throw new Violation('S9', `${id} has an open attempt, and is ${state}`);
  const unstopped = attempts.find(({ run, stopped }) => run !== null && stopped === null);
  if (unstopped) throw new Violation('S4', `nobody says of ${id} #${unstopped.number} that it has stopped`);
  const shown = issue === null ? undefined : world.github.issues.get(issue);
  if (!shown) return;
  const labels = shown.labels.filter((label) => label.startsWith('ticket: '));
  if (labels.join() !== `ticket: ${stateWords(state)}`)
    throw new Violation('S7', `${id} is ${state}, and #${issue} shows ${labels.join() || 'nothing'}`);
  const said = (world.github.comments.get(issue ?? 0) ?? []).map(({ body }) => body);
  const isRefused = (source: string) => said.some((body) => body.includes(`signalbox:refused:${source} `));
  const asked = world.asked.filter(
    (one) => one.issue === issue && one.mayAsk && !one.mayBeUndone && !isRefused(one.source),
  );
  const last = (...kinds: string[]) =>
    asked
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ at }) => at)
      .sort()
      .at(-1) ?? '';
  const [stop, wake] = [last('park', 'hold', 'cancel'), last('release', 'retry', 'reopen', 'answer')];
  if (state === 'inbox' && stop > wake)
    throw new Violation('S7', `${id} is in the inbox, though it was stopped at ${stop}`);
}
