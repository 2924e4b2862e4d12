import { marker } from '../ticket/sentences.ts';
import type { Context } from './context.ts';
import { ownIssues } from './own-issues.ts';
import { aboutUs } from './own-labels.ts';
import type { Issue } from './ports.ts';

/*
 * A frozen desk is told to people as an issue, since nothing may be written on the branch: who moved it must hear of it.
 */

const name = 'alarm:head-moved-back';

/** Opens the issue that says so, if none is open. */
export async function raiseAlarm(
  { forge }: Pick<Context, 'forge'>,
  { head, witness }: { head: string | null; witness: string | null },
): Promise<void> {
  if ((await alarms(forge)).length > 0) return;
  const text = [
    marker(name),
    `\`head-moved-back\`: the state branch ${head === null ? 'was deleted' : `was moved to ${head}`}, which does not have what Signalbox published last (${witness}).`,
    '',
    'Nothing is decided, started or stopped until it has. To put it back:',
    '',
    '```',
    'git fetch origin refs/signalbox/witness',
    'git push --force origin FETCH_HEAD:refs/heads/<the state branch>',
    '```',
  ];
  await forge.createIssue('Signalbox: the state branch was moved back', text.join('\n'), [aboutUs]);
}

/** Closes what `raiseAlarm` opened. */
export async function callOffAlarm({ forge }: Pick<Context, 'forge'>): Promise<void> {
  for (const { number } of await alarms(forge))
    await forge.updateIssue(number, { state: 'closed', state_reason: 'completed' });
}

async function alarms(forge: Context['forge']): Promise<Issue[]> {
  return ownIssues(forge, aboutUs, marker(name));
}
