import type { Case } from './explain-cases.ts';
import { desk, works } from './explaining.ts';
import { at, config, ticketIn } from './fixtures.ts';
import type { Ticket } from './types.ts';

/* The cases of limits: capacities, breakers and budgets. */

const todo = ticketIn('todo');

/** Attempts that began then, in seconds after noon, and failed. */
export const startedAt = (...seconds: number[]): Ticket['attempts'] =>
  seconds.map((second, index) => ({
    number: index + 1,
    claim: 'c',
    phase: 'dev',
    agent: 'luci',
    run: null,
    outcome: 'failed',
    by: 'luci',
    reason: '',
    signal: null,
    started: at(second),
    ended: at(second),
    stopped: at(second),
  }));

export const limitCases = {
  'desk-capacity': [
    todo,
    { ...works('ada', 'MC-7'), config: { ...config, limits: { ...config.limits, capacity: 1 } } },
    'All agents together work or still stop 1 of 1.',
    null,
    'MC-7 ends, or the config raises limits.capacity.',
  ],
  'breaker-failures': [
    todo,
    desk({
      profiles: { luci: { until: null, reason: '6 failed', by: 'signalbox', since: at(-9), breaker: true } },
    }),
    'luci is paused: 6 failed',
    at(-9),
    'Once that is mended somebody with write access comments /resume luci.',
  ],
  'breaker-starts': [
    ticketIn('todo', { attempts: startedAt(-60, -120) }),
    { config: { ...config, limits: { ...config.limits, ticket_starts_per_hour: 2 } } },
    'MC-1 was started 2 times within an hour, and 2 times are allowed.',
    null,
    'The app blocks it when it looks next, and calls a person.',
  ],
  budget: [
    ticketIn('todo', { lifetime: { attempts: 1, retries: 0, granted: 0, minutes: 61 } }),
    { config: { ...config, budgets: { ...config.budgets, ticket: { minutes: 60 } } } },
    'MC-1 has used 61 of 60 minutes.',
    null,
    'The app blocks it when it looks next, and calls a person.',
  ],
  'budget-near': [
    ticketIn('todo', { lifetime: { attempts: 1, retries: 0, granted: 0, minutes: 50 } }),
    { config: { ...config, budgets: { ...config.budgets, ticket: { minutes: 60 } } } },
    'MC-1 has used 50 of 60 minutes, 80 % of its budget or more.',
    at(-3600),
    'Whoever keeps the config raises budgets',
  ],
  'budget-day': [
    todo,
    {
      ...desk({ spent: { day: '2026-05-25', minutes: 500 } }),
      config: { ...config, budgets: { ...config.budgets, day: { minutes: 480 } } },
    },
    'The repository has used 500 of 480 minutes of this day (UTC).',
    null,
    'By itself, at 2026-05-26T00:00:00Z; or whoever keeps the config raises budgets.day.',
  ],
  'app-capacity': [
    todo,
    { appFull: { occupied: 3, capacity: 3 } },
    'The app works or still stops 3 of 3',
    null,
    'raises SIGNALBOX_CAPACITY',
  ],
} satisfies Record<string, Case>;
