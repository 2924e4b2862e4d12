import { isoSeconds } from '../base/clock.ts';
import { areGreen } from '../ticket/checks.ts';
import { openChecks } from '../ticket/checks-asked.ts';
import { conditionWords } from '../ticket/condition-words.ts';
import { checkedIn, holds } from '../ticket/conditions.ts';
import { type Context, circumstances } from './context.ts';
import type { Snapshot } from './ports.ts';
import { throwGravest, together } from './together.ts';

/** Looks at all checks that tickets ask about; `onNews` where any is other than it was. What could not be read is thrown last. */
export async function lookAtChecks(
  { checks, writer, showAgain }: Context,
  onNews: () => void,
): Promise<void> {
  const { asking, failures } = await checks.look(await writer.read());
  for (const id of asking) showAgain(id, 0);
  if (asking.length > 0) onNews();
  throwGravest(failures);
}

/**
 * What checks let happen at one head: deferrals come due whose condition asks about them, and gates are met that wait for
 * them. Each is asked with what is seen in this very moment: what was green a while ago may be red by now.
 */
export async function askByChecks(context: Context, snapshot: Snapshot): Promise<void> {
  if (snapshot.movedBack) return;
  const { asking, failures } = await context.checks.lookAtNew(snapshot);
  for (const id of asking) context.showAgain(id, 0);
  const here = await circumstances(context, snapshot, snapshot.tickets.keys());
  const own = { at: isoSeconds(here.now), actor: 'signalbox' };
  const isOpen = holds({ desk: 'open' }, here);
  const dues = here.view.all().map(async ({ id, state, waiting }) => {
    if (!isOpen) return;
    const when = state === 'waiting' ? waiting?.when : undefined;
    const branches = when ? checkedIn(when) : [];
    if (!when || branches.length === 0 || !holds(when, here)) return;
    const checks = await context.checks.now(branches);
    if (!holds(when, { ...here, checks })) return;
    await context.writer.handle(id, { ...own, kind: 'due', checks, source: `due ${conditionWords(when)}` });
  });
  const gates = here.view.all().map(async (ticket) => {
    const open = openChecks(ticket, here.config);
    if (!open || !areGreen(here.checks?.get(open.head), open.names)) return;
    const now = await context.checks.now([open.head]);
    if (!areGreen(now.get(open.head), open.names)) return;
    await context.writer.handle(ticket.id, { ...own, kind: 'passed', commit: open.head, source: 'checks' });
  });
  throwGravest([...failures, ...(await together([...dues, ...gates])).failures]);
}
