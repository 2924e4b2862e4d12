import { config as schema } from '../../src/ticket/config.ts';

/** What the simulated repository asks for. Times are as people have them, since time costs nothing here. */
export const config = schema.parse({
  format: 1,
  prefix: 'MC',
  agents: { luci: { command: ['true'], capacity: 1, time_limit_minutes: 30 } },
  default_agent: 'luci',
  phases: { dev: { gate: 'none' } },
  limits: { retries: 2, starts_per_hour: 1000 },
});
