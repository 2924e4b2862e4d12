import type { SeenChecks } from '../ticket/checks.ts';
import type { Config } from '../ticket/config.ts';
import { type DeskFacts, type Explanation, explain } from '../ticket/explain.ts';
import type { Ticket } from '../ticket/format.ts';
import type { Context } from './context.ts';
import type { Snapshot, TicketFile } from './ports.ts';
import { momentAt, viewOf } from './view.ts';

/** What whoever explains knows of the desk beyond the head. */
interface Known {
  /** Milliseconds since the epoch. */
  now: number;
  config: Config;
  /** Why the newest config is not in force. */
  configBroken?: string | null;
  /** What was seen of checks; left out where nobody can look. */
  checks?: SeenChecks;
  appFull?: DeskFacts['appFull'];
  /** Text of a file on the default branch; left out where nobody can look. */
  file?(path: string): Promise<string | null>;
}

/** Where the workflow that runs attempts has to be, on the default branch. */
const workflowPath = ({ workflow }: Config): string => `.github/workflows/${workflow}`;

/** Why a ticket runs or not, as things stand at one head; null where there is no such ticket. The same on every surface. */
export async function explainAt(snapshot: Snapshot, id: string, known: Known): Promise<Explanation | null> {
  const found = snapshot.tickets.get(id) ?? (await snapshot.archived(id));
  if (!found) return null;
  const todo = [...snapshot.tickets.values()].flatMap(({ ticket }) =>
    ticket?.state === 'todo' ? ticket : [],
  );
  const [explanation = null] = await explainFiles(snapshot, [found], known, todo);
  return explanation;
}

/** The same of every open ticket at a head, in the order of their ids. */
export function explainOpen(snapshot: Snapshot, known: Known): Promise<Explanation[]> {
  return explainFiles(snapshot, [...snapshot.tickets.values()], known);
}

async function explainFiles(
  snapshot: Snapshot,
  files: readonly TicketFile[],
  { now, config, configBroken = null, appFull = null, file, checks }: Known,
  todo?: readonly Ticket[],
): Promise<Explanation[]> {
  const { movedBack, head, witness, deskBroken } = snapshot;
  const starts = files.some(({ ticket }) => ticket?.state === 'todo' || ticket?.attempt?.run === null);
  const here = {
    view: await viewOf(
      snapshot,
      [...files, ...(todo ?? [])].map(({ id }) => id),
    ),
    now: momentAt(snapshot, now),
    config,
    checks,
    movedBack,
    unjudged: !movedBack && head !== witness,
    deskBroken,
    configBroken,
    appFull,
    ...(todo ? { todo } : {}),
    lacksWorkflow: starts && file !== undefined && (await file(workflowPath(config))) === null,
  };
  return files.map((one) => explain(one, here));
}

/** The same by what the app knows. */
export async function explainHere(
  context: Context,
  snapshot: Snapshot,
  id: string,
): Promise<Explanation | null> {
  const { forge, config, configBroken, checks } = context;
  return explainAt(snapshot, id, {
    now: forge.now(),
    config: await config(),
    configBroken: configBroken?.() ?? null,
    appFull: context.seat?.full() ?? null,
    file: (path) => forge.file(path),
    checks: checks.seen,
  });
}
