import { expect, onTestFinished, test } from 'vitest';
import { isAlive, World } from '../support/world.ts';

async function world(options = {}): Promise<World> {
  const made = await World.start(options);
  onTestFinished(() => made.end());
  return made;
}

/** A ticket whose agent works, with a grandchild that wants to outlive it. */
async function working(desk: World, body = 'do: wait, grandchild'): Promise<{ issue: number; id: string }> {
  const issue = await desk.openIssue({ body, labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  await desk.until('the agent works', () => desk.agent(id));
  return { issue, id };
}

test('park stops the run, its agent and everything the agent started, and leaves evidence', async () => {
  const desk = await world();
  const { issue, id } = await working(desk);
  const agent = desk.agent(id);
  expect(agent?.pids).toHaveLength(2);
  expect(agent?.pids.every(isAlive)).toBe(true);
  await desk.label(issue, 'park', 'elmar');
  const parked = await desk.untilState(id, 'waiting');
  expect(parked.waiting).toMatchObject({ kind: 'parked', by: 'elmar' });
  expect(parked.attempts).toMatchObject([{ outcome: 'parked', by: 'elmar' }]);
  await desk.until('every process is gone', () => !agent?.pids.some(isAlive));
  await desk.until('stopped is said', () => desk.ticket(id)?.attempts[0]?.stopped);
  const evidence = await desk.until('the evidence', async () =>
    (await desk.comments(issue)).find((body) => body.includes('signalbox:evidence:1')),
  );
  const run = (await desk.runs(`${id} #1`))[0];
  expect(evidence).toContain('elmar');
  expect(evidence).toContain(String(run?.id));
  expect(evidence).toContain(`refs/signalbox/work/${id}/1`);
  await desk.until(
    'the run is concluded',
    async () => (await desk.runs(`${id} #1`))[0]?.status === 'completed',
  );
  expect(desk.file('work.txt', `refs/signalbox/work/${id}/1`)).toBe('attempt 1 was here\n');
  expect(await desk.labels(issue)).toEqual(['ticket', 'ticket: waiting']);
});
