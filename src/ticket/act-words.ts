// Stryker disable StringLiteral: words for people, not rules
import { stopping } from './attempts.ts';
import type { Config } from './config.ts';
import type { Ticket } from './format.ts';
import { gateAsks } from './gate-words.ts';
import { unmetGates } from './gates.ts';
import { phaseAfter } from './landing.ts';
import { backFrom, gateName } from './phases.ts';
import type { RequestKind } from './requests.ts';
import { stateWords } from './states.ts';

/** What an act of a person does to a ticket as it stands, and above all what it stops: said before it is done. */
export function whatItDoes(kind: RequestKind, ticket: Ticket, config: Config): string {
  const { attempt, state, phase } = ticket;
  const [old] = stopping(ticket);
  const stops = attempt
    ? `**Stops attempt ${attempt.number}** (${attempt.agent}) now, with everything that it started; its work is kept.`
    : old
      ? `Stops nothing more: attempt ${old.number} is being stopped already.`
      : ticket.mirror
        ? '**Stops nothing**: its work was launched elsewhere, and goes on there until it is stopped there.'
        : 'Stops nothing: nothing of it runs.';
  const goesOn = attempt ? `Stops nothing: attempt ${attempt.number} goes on.` : stops;
  switch (kind) {
    case 'park':
      return state === 'review' || state === 'blocked'
        ? `${stops} It stays in ${stateWords(state)}, and whatever follows waits for a release.`
        : `${stops} Then it waits, until somebody releases it or the condition that you give comes true.`;
    case 'hold':
      return attempt
        ? `Stops nothing: attempt ${attempt.number} works to its end. What follows waits for a release.`
        : 'Stops nothing: nothing of it runs. It waits for a release.';
    case 'release':
      return attempt || state === 'review'
        ? `${goesOn} What follows waits no more.`
        : `${stops} It becomes todo, and an agent takes it as soon as one is free.`;
    case 'after':
      return `${goesOn} No agent takes it before exactly these are done.`;
    case 'priority':
      return `${goesOn} It is ${ticket.priority} now.`;
    case 'retry':
      return `${stops} It becomes todo with ${config.limits.granted_retries} more ${config.limits.granted_retries === 1 ? 'retry' : 'retries'}.`;
    case 'cancel':
      return `${stops} The ticket is closed as cancelled, and its issue as not planned.`;
    case 'answer':
      return `${stops} The next attempt is given your answer.`;
    case 'tell':
      return attempt
        ? `${goesOn} Its agent gets the message when it asks for messages next, or else the next attempt does.`
        : `${goesOn} The next attempt is given the message.`;
    case 'interrupt':
      return `${stops} The next attempt begins with your message, and costs no retry.`;
    case 'approve': {
      const others = unmetGates(ticket, config).filter((gate) => gate !== 'person');
      if (others.length > 0)
        return `${phase} is approved, and waits on until: ${others.map(gateAsks).join(', and ')}.`;
      const next = phaseAfter(ticket);
      return next === undefined
        ? `${phase} is approved, and the ticket is done.`
        : `${phase} is approved, and ${next} begins.`;
    }
    case 'decide':
      return `${unmetGates(ticket, config)
        .filter((gate) => gateName(gate) === 'decision')
        .map(gateAsks)
        .join('')} Your choice is kept with the ticket, and the next attempt is told.`.trim();
    case 'phases':
      return `${goesOn} It goes through ${ticket.phases.join(', ')} now.`;
    case 'reject':
      return `It goes back to todo in ${backFrom(config.phases, ticket, phase)}, and the next attempt is given your words.`;
    case 'reopen':
      return 'It lies in the inbox again, open, until somebody releases it.';
    case 'report':
      return 'The ticket stands as you report it, and what you say is kept. One that people had wait here waits on.';
    case 'accept':
      return 'What was refused counts after all, as of now.';
    case 'discard':
      return 'It is taken out of quarantine and does not count; the history of the state branch keeps it.';
    default:
      return '';
  }
}
