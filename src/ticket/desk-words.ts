// Stryker disable StringLiteral: words for people, not rules
import type { Desk } from './format.ts';
import { harmless } from './quotes.ts';

/*
 * What is shut on a desk, in words: the banner of every surface.
 */

/** One switch that is thrown: of the desk, or of one profile. */
export interface Banner {
  /** Null for the whole desk. */
  profile: string | null;
  /** What is so, in a sentence. Words of people may be in it. */
  text: string;
  by: string | null;
  /** Since when (ISO), where that is known. */
  since: string | null;
  /** When it ends by itself (ISO); null where a person has to. */
  until: string | null;
  /** What a person says to end it. */
  resume: string;
}

/** Everything that keeps tickets from starting though they could; of pauses with an end only those that last. */
export function bannersOf({ paused, draining, by, since, profiles }: Desk, now: number): Banner[] {
  const what = draining ? 'draining: what runs is parked' : 'paused';
  const whole: Banner[] =
    paused || draining
      ? [
          {
            profile: null,
            text: `The desk is ${what}, nothing starts`,
            by,
            since,
            until: null,
            resume: '/resume',
          },
        ]
      : [];
  const single = Object.entries(profiles)
    .filter(([, { until }]) => until === null || now < Date.parse(until))
    .map(([profile, pause]) => ({
      profile,
      text: `${profile} is ${pause.draining ? 'draining: what it worked is parked' : 'paused'}${pause.reason ? `: ${pause.reason}` : ''}`,
      by: pause.by,
      since: pause.since ?? null,
      until: pause.until,
      resume: `/resume ${profile}`,
    }));
  return [...whole, ...single];
}

/** A banner as a line of text. */
export function bannerLine({ text, by, since, until, resume }: Banner): string {
  const from = since ? `since ${since}` : '';
  const who = [by, from].filter(Boolean).join(', ');
  const end = until ? `By itself at ${until}, or ${resume} ends it.` : `${resume} ends it.`;
  return `${text}${who ? ` (${who})` : ''}. ${end}`.replaceAll('\n', ' ');
}

/** What people are told of a profile whose attempts failed one after another. */
export function breakerAlarm(agent: string, { reason, since }: Desk['profiles'][string]): string {
  const from = since ? ` since ${since}` : '';
  return `\`breaker-failures\`: **${harmless(agent)}** is paused${from}: ${harmless(reason)}. Nothing of it starts; what runs goes on.

The evidence on that ticket, and on those before it, says how they ended. Mend what they have in common (its login, its machine, its command), then comment \`/resume ${harmless(agent)}\` on any ticket.`;
}
