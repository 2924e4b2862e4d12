import { type Config, config as schema } from '../../src/ticket/config.ts';
import type { Chance } from './chance.ts';

/** What a simulated repository asks for. Times are as people have them, since time costs nothing here. */
export function drawConfig(chance: Chance): Config {
  const gate = chance.pick(['none', 'person', 'merged', 'reviewed']);
  return schema.parse({
    format: 1,
    prefix: 'MC',
    agents: {
      luci: { command: ['true'], capacity: chance.pick([1, 1, 2]), time_limit_minutes: 5 },
      ...(gate === 'reviewed' ? { rex: { command: ['true'], time_limit_minutes: 5 } } : {}),
    },
    default_agent: 'luci',
    // In some worlds another agent judges what was done.
    phases: gate === 'reviewed' ? { dev: {}, review: { agent: 'rex', reviews: true } } : { dev: { gate } },
    limits: {
      retries: 2,
      rounds: 2,
      retry_after_seconds: 5,
      starts_per_hour: 1000,
      // Few, so that worlds come so far; in others retries are what ends it.
      ticket_starts_per_hour: gate === 'none' ? 1000 : 3,
      failures_in_row: 1000, // there is one agent, and its pause would end most of what can happen
      question_days: chance.pick([3, 12]) / (24 * 60),
    },
  });
}

/** Milliseconds between two looks of an app at the head, and between two sweeps. */
export const intervals = { head: 30_000, sweep: 300_000 };
