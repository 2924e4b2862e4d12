import { expect, test } from 'vitest';
import type { Context } from '../../src/engine/context.ts';
import { Runs } from '../../src/engine/runs.ts';
import { finishingTimes } from '../../src/ticket/config.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { aTicket, config } from './desk.ts';
import { working } from './fixtures.ts';

test('an attempt is lost at its deadline only when its runner has had all the time it may take to hand in the end', async () => {
  const ticket = aTicket('MC-1', working);
  const deadline = Date.parse(ticket.attempt?.check_in_by ?? '');
  const asked: Request[] = [];
  const at = (seconds: number) =>
    new Runs({
      forge: { now: () => deadline + seconds * 1000, run: async () => null },
      config: async () => config,
      writer: { handle: async (_id: string, request: Request) => void asked.push(request) },
    } as unknown as Context).checkDeadline(ticket);
  const { workMs, durableMs, submitMs } = finishingTimes(config);
  await at((workMs + durableMs + submitMs) / 1000 + config.limits.kill_after_seconds);
  expect(asked).toEqual([]);
  await at(3_600);
  expect(asked).toMatchObject([{ kind: 'lost', attempt: 1 }]);
});
