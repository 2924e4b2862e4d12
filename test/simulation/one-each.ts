import type { Config } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { Violation } from './violation.ts';

/** No agent has more than it may, and no issue more than one ticket. */
export function checkDesk(tickets: Iterable<Ticket>, { agents }: Config): void {
  const all = [...tickets];
  const busy = all.filter(({ attempt }) => attempt !== null).length;
  const capacity = agents.luci?.capacity ?? 0;
  if (busy > capacity) throw new Violation('S3', `${busy} attempts are open, with capacity ${capacity}`);
  const issues = all.flatMap(({ issue }) => issue ?? []);
  if (new Set(issues).size < issues.length) throw new Violation('S11', 'two tickets have one issue');
}
