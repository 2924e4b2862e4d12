import { expect, test } from 'vitest';
import { type Answer, deliver, issueEvent, startWorld, until } from './world.ts';

/** A shuffle that is the same in every run. */
function shuffled<T>(items: readonly T[]): T[] {
  let seed = 42;
  const next = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed;
  };
  return items
    .map((item) => ({ item, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

const storm = shuffled(
  Array.from({ length: 500 }, (_, n) => {
    const guid = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    return { ...issueEvent((n % 200) + 1), guid, issue: (n % 200) + 1 };
  }).flatMap((delivery) => [delivery, delivery]),
);

test('S7: a thousand deliveries over 200 issues, doubled and shuffled: each is answered after a look that began after it', async () => {
  const { app, operator } = await startWorld();
  let moment = 0;
  const looks: { issue: string; begun: number; ended: number }[] = [];
  let atOnce = 0;
  const busy = new Set<string>();
  operator.look = async (name) => {
    expect(busy.has(name)).toBe(false); // one after another for one issue
    busy.add(name);
    atOnce = Math.max(atOnce, busy.size);
    const begun = moment++;
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    looks.push({ issue: name, begun, ended: moment++ });
    busy.delete(name);
  };

  const served = new Set<string>();
  const queue = [...storm];
  const senders = Array.from({ length: 50 }, async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const sent = moment++;
      const known = served.has(next.guid);
      expect(await deliver(app, next)).toMatchObject({ status: 200 });
      const answered = moment++;
      const name = `issue ${next.issue}`;
      const covered = looks.some((look) => look.issue === name && look.begun > sent && look.ended < answered);
      expect(covered || known || served.has(next.guid)).toBe(true);
      served.add(next.guid);
    }
  });
  await Promise.all(senders);
  expect(served.size).toBe(500);
  expect(atOnce).toBeGreaterThan(1);
}, 60_000);

test('deliveries that come while an issue is looked at become one more look', async () => {
  const { app, operator, clock } = await startWorld();
  let open = () => {};
  const held = new Promise<void>((resolve) => {
    open = resolve;
  });
  operator.look = () => held;
  const answers: Promise<Answer>[] = [deliver(app, issueEvent(1))];
  await until(() => operator.begun.includes('issue 1'));
  for (let n = 0; n < 99; n++) answers.push(deliver(app, issueEvent(1)));
  await until(() => clock.waiting(8_000) === 100);
  expect(operator.asked).toEqual(['issue 1']);
  open();
  expect((await Promise.all(answers)).every(({ status }) => status === 200)).toBe(true);
  expect(operator.asked).toEqual(['issue 1', 'issue 1']);
});
