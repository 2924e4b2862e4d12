import type { Config } from '../../src/ticket/config.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import { Violation } from './violation.ts';

/** No agent has more than it may, and no issue more than one ticket. */
export function checkDesk(tickets: Iterable<Ticket>, { agents }: Config): void {
  const all = [...tickets];
  for (const [name, { capacity }] of Object.entries(agents)) {
    const busy = all.filter(({ attempt }) => attempt?.agent === name).length;
    if (busy > capacity)
      throw new Violation('S3', `${busy} attempts of ${name} are open, with capacity ${capacity}`);
  }
  const issues = all.flatMap(({ issue }) => issue ?? []);
  if (new Set(issues).size < issues.length) throw new Violation('S11', 'two tickets have one issue');
}
