import type { ClosedAttempt, Ticket } from '../../src/ticket/format.ts';

export const waiting = {
  state: 'waiting',
  waiting: { kind: 'parked', reason: 'not now', by: 'elmar', since: '2026-05-25T09:12:00Z' },
  restricted_at: '2026-05-25T09:12:00Z',
} satisfies Partial<Ticket>;
export const run = {
  id: 990,
  run_attempt: 1,
  key_sha256: 'a'.repeat(64),
  url: 'u',
  started: '2026-05-25T10:00:00Z',
};
export const working = {
  state: 'in_progress',
  attempt: {
    number: 1,
    claim: 'c1',
    phase: 'dev',
    agent: 'luci',
    claimed: '2026-05-25T10:00:00Z',
    check_in_by: '2099-05-25T10:00:00Z',
    run,
  },
} satisfies Partial<Ticket>;
export const stopped: ClosedAttempt = {
  number: 1,
  claim: 'c1',
  phase: 'dev',
  agent: 'luci',
  run,
  outcome: 'done',
  by: 'luci',
  reason: 'done',
  signal: 'b'.repeat(64),
  started: '2026-05-25T10:00:00Z',
  ended: '2026-05-25T11:00:00Z',
  stopped: '2026-05-25T11:00:00Z',
};
export const bot = 'github-actions[bot]';
/** Tickets and codes alone. */
export const codes = (refused: string[]) => refused.map((words) => words.replace(/ by .*$/, ''));
