import { ticketOfMarker } from '../ticket/texts.ts';
import { type Context, present } from './context.ts';
import type { Forge, Issue } from './ports.ts';

/** Open issues that Signalbox itself opened with a label, and with a marker, oldest first: what others write proves nothing. */
export async function ownIssues(
  forge: Pick<Forge, 'issuesLabelled'>,
  label: string,
  mark = '',
): Promise<Issue[]> {
  const issues = await forge.issuesLabelled(label);
  return issues
    .filter(({ ours, body }) => ours && body.startsWith(mark))
    .toSorted((a, b) => a.number - b.number);
}

/** Closes those of `listed` that two processes made twice for one ticket, where another is the ticket's. */
export async function closeDoubles(context: Context, listed: readonly Issue[]): Promise<void> {
  for (const { ours, body, number } of listed) {
    const id = ours ? ticketOfMarker(body) : null;
    const issue = id === null ? null : (await present(context, id)).ticket?.issue;
    if (issue && issue !== number)
      await context.forge.updateIssue(number, { state: 'closed', state_reason: 'not_planned' });
  }
}
