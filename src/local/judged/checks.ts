import type { Forge, RepositoryRow } from '../data.ts';
import { checkRunJson, checkSuiteJson } from '../shapes/judged.ts';
import type { Works } from '../works.ts';
import type { CheckRow } from './rows.ts';
import { checksOf } from './rows.ts';

/** Stores a check run as it is now, and tells of its beginning and of its end, as GitHub does of nothing in between. */
export function saveCheck({ forge, webhooks }: Works, repo: RepositoryRow, row: CheckRow, by: string): void {
  const before = checksOf(forge).get(String(row.id));
  checksOf(forge).put(String(row.id), row);
  const tell = (action: 'created' | 'completed') => {
    const check_suite = checkSuiteJson(forge, repo, row, suiteOf(forge, row));
    const check_run = { ...checkRunJson(forge, repo, row), check_suite };
    webhooks.emit(repo, 'check_run', { action, check_run }, by);
  };
  if (!before) tell('created');
  if (row.status === 'completed' && before?.status !== 'completed') tell('completed');
}

export const checkNumbered = (forge: Forge, repo: RepositoryRow, id: number): CheckRow | undefined => {
  const row = checksOf(forge).get(String(id));
  return row?.repo === repo.id ? row : undefined;
};

/** Oldest first. `latest`: of each suite and name the last one only, as after a job was run again. */
export function checksAt(
  forge: Forge,
  repo: RepositoryRow,
  sha: string,
  filter: 'latest' | 'all' = 'latest',
): CheckRow[] {
  const all = checksOf(forge)
    .values()
    .filter((row) => row.repo === repo.id && row.sha === sha)
    .sort((one, other) => one.id - other.id);
  if (filter === 'all') return all;
  const key = ({ suite, name }: CheckRow) => `${suite} ${name}`;
  const last = new Map(all.map((row) => [key(row), row.id]));
  return all.filter((row) => last.get(key(row)) === row.id);
}

/** An app has one suite for each commit. */
export function suiteFor(forge: Forge, repo: RepositoryRow, app: string, sha: string): number {
  const twin = checksOf(forge)
    .values()
    .find((row) => row.repo === repo.id && row.app === app && row.sha === sha);
  return twin?.suite ?? forge.nextId('check-suite');
}

const suiteOf = (forge: Forge, { repo, suite, app }: CheckRow): CheckRow[] =>
  checksOf(forge)
    .values()
    .filter((row) => row.repo === repo && row.suite === suite && row.app === app);
