import { isoSeconds } from '../../src/base/clock.ts';
import { config as configSchema } from '../../src/ticket/config.ts';
import type { OperatedDesk } from '../engine/operated.ts';
import { ticketIn } from '../ticket/fixtures.ts';
import { hour, minute, sketchesAt } from './sketches.ts';

/*
 * A desk in the middle of a day: something of everything that a board shows.
 */

export const busyConfig = configSchema.parse({
  format: 1,
  prefix: 'MC',
  agents: {
    luci: { command: ['true'], capacity: 2 },
    ada: { command: ['true'], capacity: 1 },
    otto: { command: ['true'], capacity: 3 },
  },
  default_agent: 'luci',
  phases: { dev: { needs: 'commit' }, review: { agent: 'ada', gate: 'person' } },
});

/** Puts the tickets there, and the runs at GitHub that they speak of. */
export async function furnish(desk: OperatedDesk): Promise<void> {
  const now = desk.forge.now();
  const at = (ms: number) => isoSeconds(now + ms);
  const { open, finished } = sketchesAt(at);
  const tickets = open.map(
    ({ state, title, owner = 'luci', priority = 'normal', days = 3, over = {} }, at_) => {
      const issue = 4100 + at_;
      return ticketIn(state, {
        id: `MC-${issue}`,
        title,
        owner,
        priority,
        issue,
        created: at(-days * 24 * hour - at_ * hour),
        body: bodyOf(title),
        mirrored: 'e'.repeat(64),
        ...over,
      });
    },
  );
  for (const { id, attempt, issue, title, body } of tickets) {
    if (issue !== null) desk.forge.issues.set(issue, issueOf(issue, title, body, at(-30 * hour)));
    if (!attempt?.run) continue;
    const { started: created } = attempt.run;
    desk.forge.runsThere.push({
      id: attempt.run.id,
      run_attempt: 1,
      title: `${id} #${attempt.number} ${attempt.phase}`,
      status: 'in_progress',
      conclusion: null,
      url: attempt.run.url,
      created,
      updated: created,
    });
  }
  await desk.put(...tickets);
  await desk.close(
    ...finished.map(({ id, state, title, days = 4, over }) =>
      ticketIn(state, { id, title, created: at(-days * 24 * hour), ...over }),
    ),
  );
  const pause = {
    otto: { until: at(47 * minute), reason: 'usage limit reached', by: 'attempt 2', probe: true },
  };
  await desk.pushText('lucienne', 'desk.yaml', `format: 1\nprofiles: ${JSON.stringify(pause)}\n`);
}

const bodyOf = (title: string): string =>
  `${title}, as people at the counter ask for it every day.\n\n- Keep what is there working.\n- Say in the notes what was done, and why.`;

function issueOf(number: number, title: string, body: string, created: string) {
  const shape = {
    state: 'open' as const,
    state_reason: null,
    labels: ['ticket'],
    author: 'wilma',
    ours: false,
    is_pull_request: false,
  };
  return { number, title, body, created, ...shape };
}
