import type { Priority, Ticket } from '../../src/ticket/format.ts';
import type { State } from '../../src/ticket/states.ts';

/*
 * What the tickets of the showroom are about.
 */

export const minute = 60_000;
export const hour = 60 * minute;

interface Sketch {
  state: State;
  title: string;
  owner?: string | null;
  priority?: Priority;
  days?: number;
  over?: Partial<Ticket>;
}

/** Open tickets, and closed ones. `at` is the moment so many milliseconds from now (ISO). */
export function sketchesAt(at: (ms: number) => string): {
  open: Sketch[];
  finished: (Sketch & { id: string })[];
} {
  const run = (id: number, started: number) => ({
    id,
    run_attempt: 1,
    key_sha256: 'a'.repeat(64),
    url: `https://github.example/acme/desk/actions/runs/${id}`,
    started: at(started),
  });
  const attempt = (number: number, agent: string, id: number, ago: number, phase = 'dev') => ({
    number,
    claim: `claim-${id}`,
    phase,
    agent,
    claimed: at(-ago - minute / 2),
    check_in_by: at(hour - ago),
    run: run(id, -ago),
  });
  const closed = (
    number: number,
    outcome: Ticket['attempts'][number]['outcome'],
    ago: number,
    reason: string,
    more = {},
  ) => ({
    number,
    claim: `old-${number}`,
    phase: 'dev',
    agent: 'luci',
    run: run(900 + number, -ago - 20 * minute),
    outcome,
    by: outcome === 'parked' ? 'elmar' : `attempt ${number}`,
    reason,
    signal: outcome === 'done' || outcome === 'review' ? 'b'.repeat(64) : null,
    started: at(-ago - 20 * minute),
    ended: at(-ago),
    stopped: at(-ago + minute / 6),
    ...more,
  });
  const parked = (reason: string, ago: number) => ({
    waiting: { kind: 'parked' as const, reason, by: 'elmar', since: at(-ago) },
  });
  const phases = ['dev', 'review'];
  const released = { by: 'lucienne', at: at(-2 * hour) };

  const open: Sketch[] = [
    { state: 'inbox', title: 'Sort the departures by platform' },
    { state: 'inbox', title: 'Announce delays in two languages', owner: null, priority: 'low', days: 1 },
    { state: 'inbox', title: 'The clock in hall 3 is four minutes slow', owner: 'wilma', days: 0.2 },
    { state: 'todo', title: 'Rework the fuel-impact report', priority: 'urgent', over: { released } },
    {
      state: 'todo',
      title: 'Teach the kiosk to print group tickets',
      owner: 'ada',
      priority: 'high',
      over: { released },
    },
    { state: 'todo', title: 'Replace the old timetable', owner: 'otto', over: { released } },
    {
      state: 'todo',
      title: 'Check the axle counters after the storm',
      days: 6,
      over: { released, not_before: at(4 * minute) },
    },
    {
      state: 'in_progress',
      title: 'Say which train stands on which track',
      priority: 'high',
      over: {
        attempt: attempt(3, 'luci', 1204, 11 * minute),
        phases,
        attempts: [
          closed(1, 'failed', 5 * hour, 'The tests of the track plan do not run.'),
          closed(2, 'parked', 3 * hour, 'the plan was being redrawn'),
        ],
        released,
      },
    },
    {
      state: 'in_progress',
      title: 'Count passengers by door, not by seat',
      days: 2,
      over: { attempt: attempt(1, 'luci', 1207, 3 * minute), released },
    },
    {
      state: 'in_progress',
      title: 'Review the new interlocking table',
      owner: 'ada',
      over: {
        attempt: attempt(2, 'ada', 1209, minute, 'review'),
        phase: 'review',
        phases,
        hold: true,
        released,
      },
    },
    {
      state: 'waiting',
      title: 'Repaint the distant signals',
      priority: 'high',
      over: {
        waiting: {
          kind: 'deferred',
          when: { idle: 'luci' },
          reason: 'Do not start until Luci is idle enough',
          by: 'elmar',
          since: at(-26 * hour),
        },
      },
    },
    {
      state: 'waiting',
      title: 'Move the archive to the new cellar',
      owner: 'elmar',
      priority: 'low',
      over: parked('The printers are on strike', 50 * hour),
    },
    {
      state: 'waiting',
      title: 'Say on the board why a train is late',
      over: {
        waiting: {
          kind: 'question',
          question: 'Shall “signal failure” be shown to passengers as it is, or as “technical reasons”?',
          options: ['As it is', 'As “technical reasons”'],
          reason: '',
          by: 'attempt 1',
          since: at(-35 * minute),
        },
        attempts: [closed(1, 'question', 35 * minute, 'Shall it be shown as it is?')],
      },
    },
    {
      state: 'waiting',
      title: 'Renumber the points in the goods yard',
      over: {
        waiting: {
          kind: 'deferred',
          when: { until: at(64 * hour) },
          reason: 'The yard is closed till then',
          by: 'wilma',
          since: at(-4 * hour),
        },
      },
    },
    {
      state: 'blocked',
      title: 'Read the weather from the new station',
      priority: 'urgent',
      over: {
        blocked: {
          code: 'retries-exhausted',
          reason:
            'The agent reported a failure: the station answers 403 to our key. It was attempt 3, the last it may make by itself.',
          since: at(-80 * minute),
        },
        released,
      },
    },
    {
      state: 'review',
      title: 'Write the duty roster by hand no more',
      over: {
        attempts: [
          closed(1, 'done', 90 * minute, 'Rosters are made from the calendar; 14 tests, all green.', {
            work: 'c'.repeat(40),
            said: {
              evidence: [{ command: 'npm test', exit: 0, output: '14 passed' }],
              artifacts: ['docs/roster.png'],
            },
          }),
        ],
        phase: 'review',
        phases,
        released,
      },
    },
    {
      state: 'review',
      title: 'One name for each platform, everywhere',
      priority: 'high',
      over: {
        attempts: [
          closed(
            1,
            'review',
            20 * minute,
            'Names are as the signs say them. Two spellings are left to a person: “2a” and “2 A”.',
            { work: 'd'.repeat(40) },
          ),
        ],
        phase: 'review',
        phases,
        released,
      },
    },
  ];
  const finished = [
    ['MC-4092', 'done', 'Say good morning on platform 1', 'It does, from five to ten.'],
    ['MC-4094', 'done', 'Mend the lamp over the east door', 'The lamp is mended; the switch was the fault.'],
    ['MC-4096', 'done', 'Let the kiosk take notes of 20', 'It takes them, and gives change.'],
    ['MC-4095', 'cancelled', 'A second clock for hall 3', 'The first one was put right.'],
  ] as const;
  return {
    open,
    finished: finished.map(([id, state, title, said], index) => ({
      id,
      state,
      title,
      days: 4,
      over: { attempts: [closed(1, state, (9 - 2 * index) * hour, said)] },
    })),
  };
}
