import { isoSeconds } from '../base/clock.ts';
import type { Scene } from '../engine/panel.ts';
import { dayLine } from '../ticket/budget-words.ts';
import { callsOf } from '../ticket/calls.ts';
import { type Banner, bannersOf } from '../ticket/desk-words.ts';

/*
 * What stands above the columns: agents, switches, and what needs a person.
 */

/** An agent profile: how much of it is in use, and why it takes nothing more. */
export interface AgentLine {
  name: string;
  works: number;
  capacity: number;
  paused: { until: string | null; reason: string } | null;
}

/** Something for which a person is needed; `ticket` where it is about one. */
export interface Need {
  ticket: string | null;
  code: string;
  text: string;
  since: string | null;
}

export interface Top {
  agents: AgentLine[];
  /** What is paused or drained. */
  banners: Banner[];
  needs: Need[];
}

export function topOf(scene: Scene): Top {
  const { view, config, now } = scene;
  const agents = Object.entries(config.agents).map(([name, { capacity }]) => {
    const pause = view.desk.profiles[name];
    return {
      name,
      works: view.occupied.get(name) ?? 0,
      capacity,
      paused: pause ? { until: pause.until, reason: pause.reason } : null,
    };
  });
  return { agents, banners: bannersOf(view.desk, now), needs: needsOf(scene) };
}

function needsOf({ snapshot, view, config, configBroken, now }: Scene): Need[] {
  const files = [...snapshot.tickets.values()];
  const broken = files.flatMap(({ id, broken: fault }) =>
    fault ? [{ ticket: id, code: fault.code, text: 'its file cannot be read', since: null }] : [],
  );
  const calls = files
    .flatMap(({ id, ticket }) =>
      (ticket ? callsOf(ticket, config) : [])
        .filter(({ at }) => at <= now)
        .map(({ name, at }) => ({ id, name, at })),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ id, name, at }) => ({
      ticket: id,
      code: callCode(name),
      text: callWords[callCode(name)] ?? '',
      since: isoSeconds(at),
    }));
  const day = dayLine(view, { now, config });
  const spent = day ? [{ ticket: null, code: 'budget-day', text: day, since: null }] : [];
  return [...deskNeeds(snapshot, configBroken), ...spent, ...broken, ...calls];
}

function deskNeeds({ movedBack, deskBroken }: Scene['snapshot'], configBroken: string | null): Need[] {
  const need = (code: string, text: string): Need => ({ ticket: null, code, text, since: null });
  return [
    ...(movedBack
      ? [
          need(
            'head-moved-back',
            'The state branch was moved back: nothing starts or stops. Run `signalbox doctor --restore` in a clone.',
          ),
        ]
      : []),
    ...(deskBroken
      ? [need(deskBroken.code, `desk.yaml cannot be read, so the desk is paused: ${deskBroken.message}`)]
      : []),
    ...(configBroken ? [need('bad-config', `Its last good version stays in force: ${configBroken}`)] : []),
  ];
}

/** Of a call's name what it is about: `blocked`, `question`, `alarm`. */
const callCode = (name: string): string => name.split(':')[0] ?? name;

const callWords: Record<string, string> = {
  blocked: 'does not go on by itself',
  question: 'waits for an answer to its agent',
  'budget-near': 'has used most of a budget',
  alarm: 'has a run that does not stop',
};
