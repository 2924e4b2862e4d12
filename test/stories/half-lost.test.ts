import { isDeepStrictEqual } from 'node:util';
import { expect, test, vi } from 'vitest';
import { Chance } from '../simulation/chance.ts';
import { closeIssue, editIssue, reopenIssue } from '../support/people.ts';
import { World } from '../support/world.ts';

/*
 * S7: what GitHub delivers changes when, never what. The same five hundred tickets are asked the same things twice: once
 * with every webhook delivered, once with half of them lost and the others doubled and shuffled. In the end nobody can
 * tell the two desks apart.
 */

vi.setConfig({ testTimeout: 600_000 });

const count = 500;
const at = { owner: 'acme', repo: 'desk' };

type Act = (desk: World, issue: number) => Promise<unknown>;
const label =
  (name: string, login: 'elmar' | 'wilma' | 'visitor' = 'wilma'): Act =>
  (desk, issue) =>
    desk.label(issue, name, login);
const comment =
  (body: string, login: 'elmar' | 'wilma' | 'visitor' = 'wilma'): Act =>
  (desk, issue) =>
    desk.comment(issue, body, login);
const notPlanned: Act = (desk, issue) => closeIssue(desk, issue, 'not_planned', 'wilma');
const says =
  (words: string): Act =>
  async (desk, issue) =>
    desk.say(`MC-${issue}`, 1, words);
const works: Act = (desk, issue) => desk.until('it is worked on', () => desk.agent(`MC-${issue}`), 300);
const held: Act = (desk, issue) => desk.until('it is held', () => desk.ticket(`MC-${issue}`)?.hold, 300);

/** What becomes of a ticket that no agent may take, an act a second. */
const byPeople: readonly (readonly Act[])[] = [
  [],
  [label('park', 'elmar')],
  [label('release')],
  [label('park', 'elmar'), label('release')],
  [label('release'), label('park', 'elmar')],
  [comment('/park until 2099-01-01', 'elmar')],
  [label('park', 'elmar'), comment('/park until 2099-01-01', 'elmar')],
  [label('hold', 'elmar')],
  [label('hold', 'elmar'), comment('/release')],
  [comment('/cancel')],
  [label('release'), notPlanned],
  [notPlanned, (desk, issue) => reopenIssue(desk, issue, 'wilma')],
  [(desk, issue) => editIssue(desk, issue, { title: `Ticket ${issue}, retold` }, 'wilma')],
  [comment('/release', 'visitor')],
  [label('release'), comment('/hold', 'elmar'), comment('DONE: says somebody', 'visitor')],
];
/** What becomes of one that an agent works on. */
const byAgents: readonly (readonly Act[])[] = [
  [label('release'), works, says('DONE: worked on')],
  [label('release'), works, label('park', 'elmar')],
  [label('release'), works, says('QUESTION: Which colour?')],
  [label('release'), works, says('REVIEW: look at it')],
  [label('release'), works, label('hold', 'elmar'), held, says('DONE: and held')],
];
const worked = 10;
/** Milliseconds between two sweeps, where deliveries are lost. */
const sweepMs = 20_000;

const storyOf = (index: number): readonly Act[] =>
  (index < worked ? byAgents[index % byAgents.length] : byPeople[index % byPeople.length]) ?? [];
const rounds = Math.max(...[...byPeople, ...byAgents].map(({ length }) => length));

/** Half of all deliveries are lost from now on; the others come twice, shuffled among each other. Answers how many were. */
function loseHalf(desk: World, random: () => number): () => { lost: number; sent: number } {
  const { misbehave } = desk.github;
  const counted = { lost: 0, sent: 0 };
  const twiceInAnyOrder = (ids: number[]) =>
    [...ids, ...ids]
      .map((id) => ({ id, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ id }) => id);
  misbehave.deliveries(() => {
    const isLost = random() < 0.5;
    counted[isLost ? 'lost' : 'sent'] += 1;
    // Some wait for each other, or there would be no order to be shuffled.
    if (counted.sent % 20 === 0) setImmediate(() => misbehave.releaseDeliveries(twiceInAnyOrder));
    return isLost ? 'lose' : 'hold';
  });
  return () => {
    misbehave.releaseDeliveries(twiceInAnyOrder);
    return counted;
  };
}

/** All that is asked, by everybody; the deliveries are what `mishap` makes of them. */
async function lived<T>(desk: World, mishap: (desk: World) => T): Promise<T> {
  const done = mishap(desk);
  for (let index = 0; index < count; index++) {
    const owner = index < worked ? 'luci' : 'elmar';
    const body = `### What is to be done?\n\ndo: wait\n\n### Who works on it?\n\n${owner}\n\n### Priority\n\nnormal`;
    await desk.openIssue({ title: `Ticket ${index}`, body });
  }
  await desk.until('every ticket is born', () => desk.allTickets().size === count, 300);
  for (let round = 0; round < rounds; round++) {
    await desk.nextSecond();
    await Promise.all(Array.from({ length: count }, (_, index) => storyOf(index)[round]?.(desk, index + 1)));
  }
  return done;
}

/** What people see of a desk, ticket by ticket. Times, and the numbers of runs and events, are of their desk alone. */
async function picture(desk: World): Promise<Map<number, object>> {
  const client = desk.as('lucienne');
  const issues = await client.paginate(client.rest.issues.listForRepo, {
    ...at,
    state: 'all',
    per_page: 100,
  });
  const comments = await client.paginate(client.rest.issues.listCommentsForRepo, { ...at, per_page: 100 });
  const tickets = desk.allTickets();
  const said = new Map<number, string[]>();
  for (const { body = '', issue_url, user } of comments) {
    // A release may be read after what came later, and then it says so: that is "when", not "what".
    if (user?.login !== 'signalbox[bot]' || body.includes('`superseded`')) continue;
    const number = Number(issue_url.split('/').at(-1));
    said.set(number, [...(said.get(number) ?? []), timeless(body)].sort());
  }
  const seen = issues.filter(({ number }) => number <= count);
  return new Map(
    seen.map(({ number, title, state, state_reason, labels }) => {
      const ticket = tickets.get(`MC-${number}`);
      const names = labels.map((one) => (typeof one === 'string' ? one : one.name)).sort();
      const outcomes = ticket?.attempts.map(({ outcome, stopped }) => `${outcome} ${stopped !== null}`);
      const stands = { state: ticket?.state, hold: ticket?.hold, waiting: ticket?.waiting?.kind, outcomes };
      return [number, { title, issue: `${state} ${state_reason}`, names, ...stands, said: said.get(number) }];
    }),
  );
}

const timeless = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '<time>')
    .replace(/http:\S+?(?=[)\s])/g, '<address>')
    .replace(/\b(run|Run:) \[?\d+/g, '$1 <run>')
    .replace(/signalbox:(\w+):[ec]\d+/g, 'signalbox:$1:<source>');

test('S7: half of all deliveries lost, the rest doubled and shuffled: the same in the end as with every one of them', async () => {
  const limits = { unreadable_seconds: 120 }; // many ask the machine at once
  const perfect = await World.start({ limits, intervals: { head: 1_000, sweep: 3_600_000 } });
  let wanted: Map<number, object>;
  let states: string;
  try {
    await lived(perfect, () => {});
    await perfect.github.delivered();
    wanted = await settled(perfect, 5_000);
    states = statesOf(perfect);
  } finally {
    await perfect.end();
  }
  const lossy = { limits, intervals: { head: 1_000, sweep: sweepMs } };
  const desk = await World.start(lossy);
  try {
    const chance = new Chance(20_261_122);
    const counted = (await lived(desk, (one) => loseHalf(one, () => chance.next())))();
    expect(counted.lost).toBeGreaterThan(count);
    expect(counted.sent).toBeGreaterThan(count);
    await desk.until('every ticket stands where the other does', () => statesOf(desk) === states, 240);
    const seen = await settled(desk, sweepMs + 5_000); // a sweep finds nothing more
    const differ = [...wanted.keys()].filter((one) => !isDeepStrictEqual(seen.get(one), wanted.get(one)));
    const of = (all: Map<number, object>) => differ.map((number) => [number, all.get(number)]);
    expect(of(seen)).toEqual(of(wanted));
    const starts = desk.starts();
    expect(new Set(starts).size).toBe(starts.length);
    expect(starts).toHaveLength(worked);
  } finally {
    await desk.end();
  }
});

/** The picture once nothing changes any more for so many milliseconds. */
async function settled(desk: World, ms: number): Promise<Map<number, object>> {
  let seen = await picture(desk);
  let since = desk.clock.now();
  await desk.until(
    'the desk is at rest',
    async () => {
      const now = desk.clock.now();
      if (now - since < ms) return false;
      const before = seen;
      seen = await picture(desk);
      since = now;
      return isDeepStrictEqual(seen, before);
    },
    300,
  );
  return seen;
}

/** Where the tickets stand at the head. */
function statesOf(desk: World): string {
  const all = [...desk.allTickets()].map(([id, { state, hold }]) => `${id} ${state} ${hold}`);
  return all.sort().join('\n');
}
