import type { Forge, IssueRow } from '../data.ts';
import type { Table } from '../host.ts';
import { HttpError } from '../host.ts';

/** One issue that waits for another. Both by their database ids, which stay when one is moved. */
interface DependencyRow {
  blocked: number;
  blocker: number;
}

const tableOf = (forge: Forge): Table<DependencyRow> => forge.tables.table('dependencies');
const keyOf = ({ blocked, blocker }: DependencyRow): string => `${blocked}/${blocker}`;

const issueById = (forge: Forge, id: number): IssueRow | undefined =>
  forge.issues.values().find((row) => row.id === id && !row.gone);

const refuse = (words: string): HttpError => new HttpError(422, 'Validation Failed', [words]);

/** Makes an issue wait for another one. */
export function addDependency(forge: Forge, blocked: IssueRow, blockerId: number): void {
  const blocker = issueById(forge, blockerId);
  if (!blocker) throw new HttpError(404, 'Not Found');
  if (blocker.pull) throw refuse('Target issue may only be an issue');
  if (blocker.id === blocked.id) throw refuse('An issue cannot be blocked by itself');
  const row = { blocked: blocked.id, blocker: blocker.id };
  if (tableOf(forge).get(keyOf(row))) throw refuse('Target issue has already been taken');
  tableOf(forge).put(keyOf(row), row);
}

export function dropDependency(forge: Forge, blocked: IssueRow, blockerId: number): void {
  const key = keyOf({ blocked: blocked.id, blocker: blockerId });
  if (!tableOf(forge).get(key)) throw new HttpError(404, 'Not Found');
  tableOf(forge).delete(key);
}

/** What an issue waits for, and what waits for it, in the order in which that was said. */
export const blockersOf = (forge: Forge, { id }: IssueRow): IssueRow[] =>
  tableOf(forge)
    .values()
    .flatMap(({ blocked, blocker }) => (blocked === id ? (issueById(forge, blocker) ?? []) : []));

export const blockedBy = (forge: Forge, { id }: IssueRow): IssueRow[] =>
  tableOf(forge)
    .values()
    .flatMap(({ blocked, blocker }) => (blocker === id ? (issueById(forge, blocked) ?? []) : []));
