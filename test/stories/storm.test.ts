import { expect, onTestFinished, test } from 'vitest';
import type { State } from '../../src/ticket/states.ts';
import { Chance } from '../simulation/chance.ts';
import { isAlive, World } from '../support/world.ts';

/*
 * S7 in a storm: a thousand signed deliveries, doubled and shuffled, over two hundred tickets, twenty with real agents.
 */

const people = 180;
const agents = 20;
/** Deliveries that ask something; each comes twice. */
const asked = 1_000;

type Act = 'park' | 'hold' | 'release' | '/park' | '/hold' | '/release' | '/cancel';
const acts: readonly Act[] = [
  'park',
  'hold',
  'release',
  '/park',
  '/hold',
  '/release',
  '/release',
  '/cancel',
  'release',
];

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const copy = [...items];
  for (let index = copy.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [copy[index], copy[other]] = [copy[other] as T, copy[index] as T];
  }
  return copy;
}

interface Asked {
  act: string;
  /** Whole seconds, as GitHub dates it. */
  at: number;
}

/**
 * Where a ticket of a person stands after all that was asked of it: told by the dates alone, without any of the product's
 * rules. Nobody claims it, so it is what the last restriction and the last release leave.
 */
function fold(events: readonly Asked[]): State {
  const last = (...kinds: string[]) =>
    Math.max(-1, ...events.filter(({ act }) => kinds.includes(act)).map(({ at }) => at));
  if (last('cancel') >= 0) return 'cancelled';
  const restricted = last('park', 'hold');
  if (last('release') > restricted) return 'todo';
  return restricted < 0 ? 'inbox' : 'waiting';
}

test('S7: a storm of doubled, shuffled deliveries ends where a plain fold over what was asked ends', {
  timeout: 240_000,
}, async () => {
  const seed = 20_260_525;
  const chance = new Chance(seed);
  const random = () => chance.next();
  const desk = await World.start({ intervals: { head: 5_000, sweep: 600_000 } });
  onTestFinished(() => desk.end());
  const { misbehave, admin } = desk.github;

  const issues: number[] = [];
  for (let index = 0; index < people + agents; index++) {
    const body =
      index < agents
        ? '### What is to be done?\n\ndo: wait\n\n### Who works on it?\n\nluci\n\n### Priority\n\nnormal'
        : '### What is to be done?\n\nnothing\n\n### Who works on it?\n\nelmar\n\n### Priority\n\nnormal';
    issues.push(await desk.openIssue({ title: `Ticket ${index}`, body }));
  }
  const idOf = (issue: number) => `MC-${issue}`;
  await desk.until('every ticket is born', () => desk.allTickets().size === issues.length, 90);
  await desk.nextSecond();

  // What people do, while GitHub keeps the deliveries back.
  const before = admin.deliveries('signalbox').length;
  const commitsBefore = desk.messages().length;
  misbehave.deliveries(() => 'hold');
  const withAgents = issues.slice(0, agents);
  const withoutAgents = issues.slice(agents);
  const todo: { issue: number; act: Act }[] = withAgents.map((issue) => ({ issue, act: 'release' }));
  while (todo.length < asked) {
    todo.push({
      issue: withoutAgents[Math.floor(random() * withoutAgents.length)] ?? 0,
      act: acts[Math.floor(random() * acts.length)] ?? 'park',
    });
  }
  for (const { issue, act } of shuffled(todo, random)) {
    if (act.startsWith('/')) await desk.comment(issue, act);
    else await desk.label(issue, act);
  }
  const held = admin.deliveries('signalbox').slice(before);
  expect(held.length).toBeGreaterThanOrEqual(asked * 0.5);

  // The storm: everything twice, in any order.
  misbehave.deliveries(() => 'double');
  misbehave.releaseDeliveries((ids) => shuffled(ids, random));
  const parked = withAgents[0] ?? 0;
  const first = await desk.until('an agent works', () => desk.agent(idOf(parked)), 60);
  await desk.label(parked, 'park');
  await desk.until('its agent is gone', () => !first.pids.some(isAlive), 60);
  // The cancel came before the look-out had ended the job by itself, so it did not wait behind the storm.
  await desk.until('its run is cancelled', async () => {
    const [run] = await desk.runs(`${idOf(parked)} `);
    return run?.status === 'completed' && run.conclusion === 'cancelled';
  });
  for (const issue of withAgents.slice(1)) desk.say(idOf(issue), 1, 'DONE: through the storm\n');
  await desk.github.delivered();

  // The end of it.
  const wanted = await expected(desk, withoutAgents);
  const wrong = () => {
    const tickets = desk.allTickets();
    const stands = (issue: number) => tickets.get(idOf(issue))?.state;
    return [
      ...withAgents.filter((issue) => stands(issue) !== (issue === parked ? 'waiting' : 'done')),
      ...withoutAgents.filter((issue) => stands(issue) !== wanted.get(issue)),
    ];
  };
  await desk.until('every ticket stands where the fold says', () => wrong().length === 0, 120);
  for (const [id, { lifetime }] of desk.allTickets()) {
    expect([id, lifetime.attempts]).toEqual([id, withAgents.some((issue) => idOf(issue) === id) ? 1 : 0]);
  }
  expect(desk.ticket(idOf(parked))).toMatchObject({ attempts: [{ outcome: 'parked', by: 'lucienne' }] });
  const messages = desk.messages();
  expect(messages.join('\n').match(/^Transition: claim: /gm)).toHaveLength(agents);
  const deliveries = admin.deliveries('signalbox').length - before;
  expect(deliveries).toBeGreaterThanOrEqual(2 * asked);
  expect(messages.length - commitsBefore).toBeLessThanOrEqual(deliveries / 10);
});

/** What GitHub says was asked of each issue, folded. */
async function expected(desk: World, issues: readonly number[]): Promise<Map<number, State>> {
  const at = { owner: 'acme', repo: 'desk' };
  const client = desk.as('lucienne');
  const asked = new Map<number, Asked[]>(issues.map((issue) => [issue, []]));
  const events = await client.paginate(client.rest.issues.listEventsForRepo, { ...at, per_page: 100 });
  for (const event of events) {
    if (event.event !== 'labeled' || event.actor?.login !== 'lucienne') continue;
    const act = event.label?.name ?? '';
    asked.get(event.issue?.number ?? 0)?.push({ act, at: Date.parse(event.created_at) });
  }
  const comments = await client.paginate(client.rest.issues.listCommentsForRepo, { ...at, per_page: 100 });
  for (const { body = '', created_at, user, issue_url } of comments) {
    if (user?.login !== 'lucienne') continue;
    asked.get(Number(issue_url.split('/').at(-1)))?.push({ act: body.slice(1), at: Date.parse(created_at) });
  }
  return new Map([...asked].map(([issue, all]) => [issue, fold(all)]));
}
